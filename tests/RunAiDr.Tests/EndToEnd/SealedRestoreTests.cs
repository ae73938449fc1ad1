using RunAiDr.Core.Secrets;
using RunAiDr.Core.Secrets.Sealing;
using RunAiDr.Data.Age;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.EndToEnd;

/// <summary>Secrets that are encrypted in the restore point come back from it, and nothing else does.</summary>
public sealed class SealedRestoreTests : IAsyncLifetime
{
    private const string Backend = "values/runai-backend";
    private const string Wandb = "namespaces/runai-vision/secrets/wandb";

    private EndToEndCluster _lost = null!;
    private EndToEndWorkspace _workspace = null!;
    private string _identity = "";

    private SealingKeys Keys => new(_workspace.Path);

    public async Task InitializeAsync()
    {
        _lost = await EndToEndCluster.SampleAsync();
        (_workspace, _identity) = await SealedWorkspace.InitAsync();
        await _workspace.DoAsync(_lost, "export");
    }

    public async Task DisposeAsync()
    {
        await _lost.DisposeAsync();
        _workspace.Dispose();
    }

    [Fact]
    public async Task An_identity_brings_every_secret_back()
    {
        await using var fresh = await EndToEndCluster.EmptyAsync();
        var other = await Keys.AgeAsync("other.txt");

        var planned = await _workspace.DoAsync(fresh, "plan", "main", "--identity", other.Identity, "--identity", _identity);
        await _workspace.DoAsync(fresh, "rehydrate", "main", "--identity", _identity);
        var verified = await _workspace.DoAsync(fresh, "verify", "main");

        Assert.Contains("every value is supplied", planned.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("not handled", planned.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("not authenticated", planned.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("not compared", verified.Output, StringComparison.Ordinal);
        var (saved, restored) = (await _lost.GetAsync("secret", "wandb", "-n", "runai-vision"), await fresh.GetAsync("secret", "wandb", "-n", "runai-vision"));
        Assert.Equal(saved["data"]!.ToJsonString(), restored["data"]!.ToJsonString());
        EndToEndCanaries.AssertNoneIn(_workspace.Dr.Everything, "standard output or error");
        EndToEndCanaries.AssertNoneIn(_workspace);
    }

    [Fact]
    public async Task Without_the_HMAC_key_the_plan_says_that_nothing_proves_the_values()
    {
        await using var fresh = await EndToEndCluster.EmptyAsync();
        File.Delete(Keys.HmacKeyFile);

        var planned = await _workspace.DoAsync(fresh, "plan", "main", "--identity", _identity);

        Assert.Contains("warning secrets: the encrypted values are not authenticated", planned.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_another_HMAC_key_the_remedy_names_it_and_without_secrets_nothing_is_opened()
    {
        await using var fresh = await EndToEndCluster.EmptyAsync();
        await File.WriteAllTextAsync(Keys.HmacKeyFile, new string('f', 64));

        var refused = (await _workspace.RunAsync(fresh, "plan", "main", "--identity", _identity)).Expect(8);
        (await _workspace.RunAsync(fresh, "plan", "main", "--identity", _identity, "--without-secrets")).Expect(0);
        var verified = (await _workspace.RunAsync(_lost, "verify", "main")).Expect(3);

        Assert.Contains("name the key of that time in secrets.hmacKeyFile", refused.Error, StringComparison.Ordinal);
        Assert.Contains("not equal: 1 file differs", verified.Output, StringComparison.Ordinal);
        Assert.Contains("the HMAC key is another", verified.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_another_program_than_the_configured_one_starts_nothing()
    {
        await using var fresh = await EndToEndCluster.EmptyAsync();
        _workspace.Put(new Dictionary<string, byte[]> { [$"secrets/{Backend}.sops.yaml"] = "sops: {hc_vault: [{vault_address: \"http://example.org\"}]}\n"u8.ToArray() });

        foreach (var command in (string[])["plan", "rehydrate"])
        {
            var refused = (await _workspace.RunAsync(fresh, command, "main", "--identity", _identity)).Expect(8);
            Assert.Contains($"secrets/{Backend}.sops.yaml", refused.Error, StringComparison.Ordinal);
            Assert.Contains("is not encrypted as the configuration says", refused.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_wrong_or_missing_identity_is_found_by_the_plan()
    {
        await using var fresh = await EndToEndCluster.EmptyAsync();
        var other = await Keys.AgeAsync("other.txt");

        var wrong = (await _workspace.RunAsync(fresh, "plan", "main", "--identity", other.Identity)).Expect(2);
        var missing = (await _workspace.RunAsync(fresh, "rehydrate", "main", "--identity", "none.txt")).Expect(2);
        var none = (await _workspace.RunAsync(fresh, "plan", "main")).Expect(4);

        Assert.Contains("no identity matched any of the recipients", wrong.Error, StringComparison.Ordinal);
        Assert.Contains("none.txt", missing.Error, StringComparison.Ordinal);
        Assert.Contains("--identity opens those that are encrypted in the restore point", none.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_that_somebody_encrypted_for_the_same_recipients_is_refused_by_name()
    {
        await using var fresh = await EndToEndCluster.EmptyAsync();
        var cipher = await AgeCipher.OpenAsync(Keys.RecipientsFile, CancellationToken.None);
        var forged = SecretValues.ToBytes([KeyValuePair.Create($"{Wandb}/token", new SecretText("CANARY-forged"))]);
        _workspace.Put(new Dictionary<string, byte[]> { [$"secrets/{Wandb}.age"] = await cipher.EncryptAsync(forged, CancellationToken.None) });

        var refused = (await _workspace.RunAsync(fresh, "rehydrate", "main", "--identity", _identity)).Expect(8);

        Assert.Contains($"secrets/{Wandb}.age: {Wandb}/token is not what an export", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("CANARY", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_somebody_moved_is_refused()
    {
        await using var fresh = await EndToEndCluster.EmptyAsync();
        _workspace.Commit((folder, _) => File.Copy(Path.Combine(folder, $"secrets/{Wandb}.age"), Path.Combine(folder, $"secrets/{Backend}.age"), overwrite: true));

        var refused = (await _workspace.RunAsync(fresh, "plan", "main", "--identity", _identity)).Expect(8);

        Assert.Contains($"secrets/{Backend}.age holds {Wandb}/token, which is no value of {Backend}.yaml", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_encrypted_is_a_file_that_the_option_for_plain_values_takes()
    {
        await using var fresh = await EndToEndCluster.EmptyAsync();
        var plain = _workspace.OwnFile("plain.yaml");
        await File.WriteAllTextAsync(plain, string.Concat(await Task.WhenAll(_workspace.Files().Keys
            .Where(path => path.EndsWith(".age", StringComparison.Ordinal)).Select(OpenAsync))));

        var planned = await _workspace.DoAsync(fresh, "plan", "main", "--secrets", plain);

        Assert.Contains("every value is supplied", planned.Output, StringComparison.Ordinal);

        async Task<string> OpenAsync(string path)
        {
            var encrypted = _workspace.File(path.Replace('/', '-'));
            (await EndToEndPrograms.RunAsync(_workspace.Repository, new Dictionary<string, string>(), "sh", "-c", $"git show main:clusters/prod/{path} > {encrypted}")).Expect(0);
            return (await EndToEndPrograms.RunAsync(_workspace.Path, new Dictionary<string, string>(), "age", "-d", "-i", _identity, encrypted)).Expect(0).Output;
        }
    }

    [Fact]
    public async Task The_operators_folder_goes_over_what_is_encrypted_and_may_hold_bytes()
    {
        await using var fresh = await EndToEndCluster.EmptyAsync();
        var folder = _workspace.File("folder");
        Directory.CreateDirectory(Path.Combine(folder, Wandb));
        await File.WriteAllBytesAsync(Path.Combine(folder, Wandb, "token"), [0xff, 0x00]);

        // Another value than the saved one is wanted here, and told all the same.
        (await _workspace.RunAsync(fresh, "rehydrate", "main", "--identity", _identity, "--secrets", folder)).Expect(3);

        Assert.Equal("/wA=", (string?)(await fresh.GetAsync("secret", "wandb", "-n", "runai-vision"))["data"]!["token"]);
    }

    [Fact]
    public async Task Bytes_where_only_a_text_fits_block_the_plan()
    {
        await using var fresh = await EndToEndCluster.EmptyAsync();
        var planned = await _workspace.AskAsync(fresh, "plan", "main");
        var name = planned["missingSecrets"]!.AsArray().Select(item => (string)item!).First(item => !item.Contains("/secrets/", StringComparison.Ordinal) && item.StartsWith("namespaces/", StringComparison.Ordinal));
        var folder = _workspace.File("folder");
        Directory.CreateDirectory(Path.Combine(folder, Path.GetDirectoryName(name)!));
        await File.WriteAllBytesAsync(Path.Combine(folder, name), [0xff, 0x00]);

        var blocked = (await _workspace.RunAsync(fresh, "plan", "main", "--identity", _identity, "--secrets", folder)).Expect(4);

        Assert.Contains("1 values are no text", blocked.Output, StringComparison.Ordinal);
        Assert.Contains(name, blocked.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_export_that_could_not_encrypt_writes_nothing()
    {
        var tip = _workspace.Tip();
        await _lost.KubectlAsync("label", "namespace", "runai-vision", "more=labels");
        await File.AppendAllTextAsync(Keys.RecipientsFile, "AGE-SECRET-KEY-1CANARY\n");

        foreach (var command in (string[])["export", "checkpoint", "sync"])
        {
            var refused = (await _workspace.RunAsync(_lost, command)).Expect(2);
            Assert.Contains("line 4: not a recipient of age, but a private key", refused.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("CANARY", refused.Error, StringComparison.Ordinal);
        }

        Assert.Equal(tip, _workspace.Tip());
        await _workspace.DoAsync(_lost, "drift");
    }

    [Fact]
    public async Task Another_value_on_the_target_is_a_difference_that_verify_names()
    {
        await using var fresh = await EndToEndCluster.EmptyAsync();
        await _workspace.DoAsync(fresh, "rehydrate", "main", "--identity", _identity);
        await fresh.KubectlAsync("patch", "secret", "wandb", "-n", "runai-vision", "-p", """{"stringData":{"token":"CANARY-other"}}""");

        var verified = (await _workspace.RunAsync(fresh, "verify", "main")).Expect(3);

        Assert.Contains($"{Wandb}/token has another value", verified.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("CANARY", verified.Output, StringComparison.Ordinal);
    }
}
