using RunAiDr.Tests.Git.Signing;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.EndToEnd;

/// <summary>What operators see of signatures, from the export to the proof.</summary>
public sealed class SignatureTests : IDisposable
{
    private readonly SigningKeys _keys = new();

    public void Dispose() => _keys.Dispose();

    [Fact]
    public async Task A_signed_restore_point_is_restored_and_every_result_names_the_signer()
    {
        await using var cluster = await EndToEndCluster.SampleAsync();
        await using var fresh = await EndToEndCluster.EmptyAsync();
        using var workspace = await SignedAsync(cluster);

        var plan = (await workspace.RunAsync(fresh, "plan", "p", "--require-signature", "--without-secrets")).Expect(0);
        var done = await workspace.AskAsync(fresh, "rehydrate", "p", "--require-signature", "--without-secrets", "--report", "report.json");
        var proven = await workspace.AskAsync(cluster, "verify", "p", "--require-signature");

        Assert.Contains("ok      signature: tag dr/prod/p is signed by alice@example.org", plan.Output, StringComparison.Ordinal);
        foreach (var result in new[] { done, proven })
        {
            Assert.Equal(("good", "alice@example.org"), ((string?)result["signature"]?["state"], (string?)result["signature"]?["signer"]));
            Assert.NotNull(result["signature"]?["signedAt"]);
        }

        Assert.Contains("\"signer\": \"alice@example.org\"", await File.ReadAllTextAsync(workspace.File("report.json")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unsigned_restore_point_is_a_warning_until_a_signature_is_required()
    {
        await using var cluster = await EndToEndCluster.SampleAsync();
        await using var fresh = await EndToEndCluster.EmptyAsync();
        using var workspace = await EndToEndWorkspace.InitAsync();
        await workspace.DoAsync(cluster, "export", "--tag", "p");
        _keys.Ssh();
        Configure(workspace, $"signatures: {{allowedSignersFile: {_keys.Allow("alice")}}}");

        var plan = (await workspace.RunAsync(fresh, "plan", "p", "--without-secrets")).Expect(0);
        var verified = (await workspace.RunAsync(cluster, "verify", "p")).Expect(0);

        Assert.Contains("warning signature: tag dr/prod/p is not signed", plan.Output, StringComparison.Ordinal);
        Assert.Contains("Warning: tag dr/prod/p is not signed", verified.Error, StringComparison.Ordinal);
        await AssertRefusedAsync(workspace, fresh, "is not signed", "--require-signature");
        Configure(workspace, $"signatures: {{allowedSignersFile: {_keys.Allow("alice")}, required: true}}");
        await AssertRefusedAsync(workspace, fresh, "is not signed");
    }

    [Fact]
    public async Task A_forged_restore_point_is_refused_without_being_asked_to()
    {
        await using var cluster = await EndToEndCluster.SampleAsync();
        await using var fresh = await EndToEndCluster.EmptyAsync();
        using var workspace = await SignedAsync(cluster);
        await cluster.KubectlAsync("label", "namespace", "runai-vision", "more=labels");
        await workspace.DoAsync(cluster, "export");
        var forged = workspace.Git.Run("cat-file", "tag", "dr/prod/p").Replace(
            workspace.Git.Run("rev-parse", "main~1").Trim(), workspace.Tip(), StringComparison.Ordinal);
        var id = workspace.Git.Run(System.Text.Encoding.UTF8.GetBytes(forged), "hash-object", "-t", "tag", "-w", "--stdin").Trim();
        workspace.Git.Run("update-ref", "refs/tags/dr/prod/p", id);

        await AssertRefusedAsync(workspace, fresh, "tag dr/prod/p is not what alice@example.org signed");
    }

    [Fact]
    public async Task A_signature_cannot_be_required_of_nobody()
    {
        await using var cluster = await EndToEndCluster.SampleAsync();
        using var workspace = await EndToEndWorkspace.InitAsync();
        await workspace.DoAsync(cluster, "export", "--tag", "p");

        var ended = (await workspace.RunAsync(cluster, "verify", "p", "--require-signature")).Expect(2);

        Assert.Contains("signatures.allowedSignersFile", ended.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("exit 128", "2.47.0", "verify-tag ended with exit code 128: out of order")]
    [InlineData("exit 1", "2.30.2", "git version 2.30.2 cannot check signatures of ssh")]
    public async Task A_git_that_cannot_check_signatures_is_not_taken_for_a_forgery(string end, string version, string told)
    {
        await using var cluster = await EndToEndCluster.SampleAsync();
        using var workspace = await SignedAsync(cluster);
        var programs = Directory.CreateDirectory(workspace.File("programs")).FullName;
        var git = Path.Combine(programs, "git");
        await File.WriteAllTextAsync(git, $"""
            #!/bin/sh
            PATH=$(echo "$PATH" | cut -d: -f2-)
            case " $* " in
            *" version "*) echo git version {version} ;;
            *" verify-"*) echo out of order >&2; {end} ;;
            *) exec git "$@" ;;
            esac

            """);
        File.SetUnixFileMode(git, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PATH"] = $"{programs}:{Environment.GetEnvironmentVariable("PATH")}",
            ["KUBECONFIG"] = cluster.Kubeconfig,
        };

        var ended = (await EndToEndPrograms.RunAsync(
            workspace.Path, environment, "dotnet", Path.Combine(AppContext.BaseDirectory, "runai-dr.dll"), "verify", "p")).Expect(2);

        Assert.Contains(told, ended.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("export")]
    [InlineData("checkpoint")]
    public async Task A_key_that_is_missing_stops_a_command_before_it_writes(string command)
    {
        await using var cluster = await EndToEndCluster.SampleAsync();
        using var workspace = await EndToEndWorkspace.InitAsync();
        var tip = workspace.Tip();
        Configure(workspace, "signing: {keyFile: no-such-key}");

        var ended = (await workspace.RunAsync(cluster, command)).Expect(2);

        Assert.Contains($"{workspace.File("no-such-key")} cannot sign", ended.Error, StringComparison.Ordinal);
        Assert.Equal(tip, workspace.Tip());
    }

    private static async Task AssertRefusedAsync(EndToEndWorkspace workspace, EndToEndCluster fresh, string reason, params string[] options)
    {
        foreach (var command in (string[])["plan", "rehydrate", "verify", "rehearse"])
        {
            var ended = (await workspace.RunAsync(fresh, [command, "p", .. options])).Expect(8);

            Assert.Contains(reason, ended.Output + ended.Error, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("runai", (await fresh.KubectlAsync("get", "namespaces,configmaps", "-A", "-o", "name")).ToString(), StringComparison.Ordinal);
    }

    private static void Configure(EndToEndWorkspace workspace, string line)
    {
        var path = workspace.File("runai-dr.yaml");
        var kept = File.ReadAllLines(path).Where(old => !old.StartsWith("sign", StringComparison.Ordinal));
        File.WriteAllLines(path, [.. kept, line]);
    }

    private async Task<EndToEndWorkspace> SignedAsync(EndToEndCluster cluster)
    {
        var workspace = await EndToEndWorkspace.InitAsync();
        _keys.Ssh();
        Configure(workspace, $"signing: {{keyFile: {_keys.File("alice")}}}");
        var path = workspace.File("runai-dr.yaml");
        await File.AppendAllTextAsync(path, $"signatures: {{allowedSignersFile: {_keys.Allow("alice")}}}\n");
        await workspace.DoAsync(cluster, "export", "--tag", "p");
        return workspace;
    }
}
