using System.Text;
using System.Text.Json.Nodes;
using RunAiDr.Core;
using RunAiDr.Core.Export;
using RunAiDr.Core.Scopes;
using RunAiDr.Core.Secrets.Sealing;
using RunAiDr.Core.State;
using RunAiDr.Git;
using RunAiDr.Tests.Git;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Core.Export;

/// <summary>Exports of the recorded installation with somebody to encrypt for.</summary>
public sealed class SecretSealerTests : IDisposable
{
    private const string Registry = "namespaces/runai/secrets/runai-reg-creds";
    private const string Values = "values/runai-backend";

    private readonly TestRepository _repository = new();
    private readonly GitStateStore _store;
    private readonly FakeCipher _cipher = new();
    private readonly RecordedCluster _cluster = new();

    public SecretSealerTests() => _store = _repository.Open();

    public void Dispose()
    {
        _store.Dispose();
        _repository.Dispose();
    }

    [Fact]
    public async Task Every_document_with_secrets_has_an_encrypted_file_and_its_MACs()
    {
        var (report, _) = await ExportAsync();

        var tip = Tip();
        var found = tip.Files.Where(file => file.Path.EndsWith(".age", StringComparison.Ordinal))
            .SelectMany(file => FakeCipher.Open(tip.Read(file.Path)!)).ToDictionary(StringComparer.Ordinal);
        Assert.Equal(report.Placeholders, found.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(found.Keys.Order(StringComparer.Ordinal), tip.Files.Where(file => SealedFiles.IsMacs(file.Path))
            .SelectMany(file => Text(file.Path).TrimEnd('\n').Split('\n')).Select(line => line.Split(':')[0].Trim('"')).Order(StringComparer.Ordinal));
        Assert.Equal(new EncryptionReport(found.Count, 2, found.Count), report.Encryption);
        Assert.Equal("extension: .age\nrecipients:\n- age1alice\n- age1bob\n", Text(SealedFiles.RecipientsPath));
        Assert.Equal(
            _cluster["secrets"].First(IsRegistry)["data"]![".dockerconfigjson"]!.GetValue<string>(),
            Convert.ToBase64String(found.Single(secret => secret.Key.StartsWith(Registry, StringComparison.Ordinal)).Value.RevealBytes()));
    }

    [Fact]
    public async Task No_secret_is_readable_in_any_file()
    {
        await ExportAsync();

        var tip = Tip();
        var everything = string.Join('\n', tip.Files.Select(file => file.Path + "\n" + Text(file.Path)));
        Assert.All(["CANARY", "Q0FOQVJZL", "NBTkFSWS", "DQU5BUlkt"], text => Assert.DoesNotContain(text, everything, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_same_cluster_gives_the_same_tree_and_nothing_is_encrypted_again()
    {
        await ExportAsync();
        var (runs, tree) = (_cipher.Runs, Tip().TreeId);

        var (report, commit) = await ExportAsync(new RecordedCluster { Shuffle = new Random(3), PageSize = 5 });

        Assert.Null(commit);
        Assert.Equal(runs, _cipher.Runs);
        Assert.Equal(tree, Tip().TreeId);
        Assert.Equal(0, report.Encryption?.Renewed);
    }

    [Fact]
    public async Task Only_the_document_whose_secret_changed_is_encrypted_again()
    {
        await ExportAsync();
        var runs = _cipher.Runs;
        Set("new password");

        var (report, commit) = await ExportAsync();

        Assert.NotNull(commit);
        Assert.Equal(runs + 1, _cipher.Runs);
        Assert.Equal(1, report.Encryption?.Renewed);
        Assert.Equal(
            [$"M\tclusters/prod-a/secrets/{Registry}.age", $"M\tclusters/prod-a/secrets/{Registry}.macs.yaml", $"M\tclusters/prod-a/secrets/{Registry}.seal"],
            _repository.Git.Lines("diff", "--name-status", "main~1", "main"));
        Assert.Equal("runai: change secrets of Secret runai-reg-creds", _repository.Git.Run("log", "-1", "--format=%s", "main").Trim());
        Assert.Equal("new password", Assert.Single(FakeCipher.Open(Tip().Read($"secrets/{Registry}.age")!)).Value.Reveal());
    }

    [Fact]
    public async Task For_other_recipients_everything_is_encrypted_again_and_the_MACs_stay()
    {
        await ExportAsync();
        var macs = Text($"secrets/{Registry}.macs.yaml");
        var others = new FakeCipher { Recipients = ["age1carol"] };

        var (report, _) = await ExportAsync(sealing: others.Sealing);

        Assert.Equal(_cipher.Runs, others.Runs);
        Assert.Equal(report.Encryption?.Secrets, report.Encryption?.Renewed);
        Assert.Equal(macs, Text($"secrets/{Registry}.macs.yaml"));
        Assert.Contains("change runai: encryption of secrets of Secret runai-reg-creds\n", _repository.Git.Run("log", "-1", "--format=%B", "main"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_kind_of_files_replaces_the_former()
    {
        await ExportAsync();

        await ExportAsync(sealing: new FakeCipher { Extension = ".sops.yaml" }.Sealing);

        Assert.Contains(Tip().Files, file => file.Path == $"secrets/{Values}.sops.yaml");
        Assert.DoesNotContain(Tip().Files, file => file.Path.EndsWith(".age", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_that_somebody_removed_is_made_again()
    {
        await ExportAsync();
        var tip = Tip();
        var (report, sink) = await ExportIntoMemoryAsync(Copy(tip).Remove($"secrets/{Values}.age"));

        Assert.Equal(FakeCipher.Open(sink.Files[$"secrets/{Values}.age"]).Count, report.Encryption?.Renewed);
        Assert.Equal(tip.Read($"secrets/{Registry}.age"), sink.Files[$"secrets/{Registry}.age"]);
    }

    [Theory]
    [InlineData("encrypted by somebody else for the same readers")]
    [InlineData("cut short")]
    [InlineData("without its seal")]
    [InlineData("that of another document with its seal")]
    public async Task A_file_that_no_export_made_there_is_made_again(string file)
    {
        await ExportAsync();
        var (path, saved) = ($"secrets/{Registry}.age", Tip().Read($"secrets/{Registry}.age")!);
        var tip = Copy(Tip());
        _ = file switch
        {
            "cut short" => tip.Put(path, Encoding.UTF8.GetString(saved[..(saved.Length / 2)])),
            "without its seal" => tip.Remove($"secrets/{Registry}.seal"),
            "that of another document with its seal" =>
                tip.Put(path, Text($"secrets/{Values}.age")).Put($"secrets/{Registry}.seal", Text($"secrets/{Values}.seal")),
            _ => tip.Put(path, "forged"),
        };

        var (report, sink) = await ExportIntoMemoryAsync(tip);

        Assert.Equal(1, report.Encryption?.Renewed);
        Assert.Single(FakeCipher.Open(sink.Files[path]));
        Assert.Equal(SealedFiles.Seal(path, sink.Files[path], _cipher.Sealing.Mac), sink.Files[$"secrets/{Registry}.seal"]);
    }

    [Fact]
    public async Task Nothing_is_taken_over_from_a_link()
    {
        await ExportAsync();
        var (_, sink) = await ExportIntoMemoryAsync(Copy(Tip()).PutLink($"secrets/{Registry}.age", "/etc/passwd"));

        Assert.Single(FakeCipher.Open(sink.Files[$"secrets/{Registry}.age"]));
    }

    [Fact]
    public async Task A_reading_that_starts_again_leaves_nothing_of_the_first_try()
    {
        var (whole, expected) = await ExportIntoMemoryAsync(null);
        var runs = _cipher.Runs;

        var (report, sink) = await ExportIntoMemoryAsync(null, new RecordedCluster { ExpiresAfter = 30 });

        Assert.Equal(1, sink.Resets);
        Assert.Equal(expected.Files.Keys, sink.Files.Keys);
        Assert.Equal(whole.Encryption, report.Encryption);
        Assert.Equal(2 * runs, _cipher.Runs);
    }

    [Fact]
    public async Task A_cipher_that_fails_fails_the_export()
    {
        _cipher.Failure = new RunAiDrException(Fault.Configuration, "age is not there", "install it");

        Assert.Same(_cipher.Failure, await Assert.ThrowsAsync<RunAiDrException>(() => ExportAsync()));
        Assert.Null(_store.Tip(TestRepository.Cluster));
    }

    [Fact]
    public async Task An_export_that_encrypts_no_more_would_drop_secrets_and_is_refused()
    {
        await ExportAsync();

        var refused = await Assert.ThrowsAsync<RunAiDrException>(() => ExportAsync(encrypts: false));

        Assert.Equal(Fault.Configuration, refused.Fault);
        Assert.Contains("would drop them", refused.Message, StringComparison.Ordinal);
        Assert.Contains("secrets.recipientsFile", refused.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_only_compares_gives_MACs_and_encrypts_nothing()
    {
        var sink = new MemorySink();
        var exporter = new ClusterExporter(_cluster, Scope.RunAi()) { Sealing = _cipher.Sealing };

        var report = await exporter.ForComparison().ExportAsync("prod", sink, CancellationToken.None);

        Assert.Equal(0, _cipher.Runs);
        Assert.Null(report.Encryption);
        Assert.True(sink.Files.ContainsKey($"secrets/{Values}.macs.yaml"));
        Assert.All(sink.Files.Keys.Where(path => path.StartsWith("secrets/", StringComparison.Ordinal)), path => Assert.True(SealedFiles.IsMacs(path)));
    }

    [Fact]
    public async Task Secrets_by_reference_stay_names()
    {
        var scope = Scope.Parse(Scope.RunAiText().Replace("treatment: encrypt", "treatment: reference", StringComparison.Ordinal), "test");
        var sink = new MemorySink();

        var report = await new ClusterExporter(_cluster, scope) { Sealing = _cipher.Sealing }.ExportAsync("prod", sink, null, CancellationToken.None);

        Assert.True(sink.Files.ContainsKey($"{Registry}.yaml"));
        Assert.DoesNotContain(sink.Files.Keys, path => path.StartsWith("secrets/namespaces/", StringComparison.Ordinal) && path.Contains("/secrets/", StringComparison.Ordinal));
        Assert.True(sink.Files.ContainsKey($"secrets/{Values}.age"));
        Assert.True(report.Encryption?.Secrets < report.Placeholders.Count);
        Assert.Contains("The others it holds by name only", sink["RUNBOOK.md"], StringComparison.Ordinal);
        Assert.Contains($"\n{Registry}/.dockerconfigjson:\n", sink["RUNBOOK.md"], StringComparison.Ordinal);
        Assert.Contains("--identity identity.txt --secrets secrets.yaml", sink["RUNBOOK.md"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_runbook_says_who_can_read_them()
    {
        await ExportAsync();

        var page = Text("RUNBOOK.md");
        Assert.Contains("values encrypted, in `secrets/`. Each of the recipients that\n`secrets/recipients.yaml` names can read all of them.\n", page, StringComparison.Ordinal);
        Assert.Contains("No other value is needed.", page, StringComparison.Ordinal);
        Assert.Contains("--identity identity.txt\n", page, StringComparison.Ordinal);
        Assert.DoesNotContain("--secrets secrets.yaml", page, StringComparison.Ordinal);
    }

    private static bool IsRegistry(JsonObject secret) =>
        (string?)secret["metadata"]!["name"] == "runai-reg-creds" && (string?)secret["metadata"]!["namespace"] == "runai";

    private static MemoryStateTree Copy(IStateTree tree)
    {
        var copy = new MemoryStateTree();
        foreach (var file in tree.Files)
        {
            copy.Put(file.Path, tree.Read(file.Path)!);
        }

        return copy;
    }

    private void Set(string value) =>
        _cluster["secrets"].First(IsRegistry)["data"]![".dockerconfigjson"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(value));

    private IStateTree Tip() => _store.Tip(TestRepository.Cluster)!;

    private string Text(string path) => Encoding.UTF8.GetString(Tip().Read(path)!);

    private async Task<(ExportReport Report, CommitId? Commit)> ExportAsync(
        RecordedCluster? cluster = null, SecretSealing? sealing = null, bool encrypts = true)
    {
        var exporter = new ClusterExporter(cluster ?? _cluster, Scope.RunAi()) { Sealing = encrypts ? sealing ?? _cipher.Sealing : null };
        var tip = _store.Tip(TestRepository.Cluster);
        using var writer = _store.Begin(TestRepository.Cluster);
        var report = await exporter.ExportAsync(TestRepository.Cluster, writer, tip, CancellationToken.None);
        return (report, writer.Commit(CommitMessage.For(writer.Changes(), report, tip is null)));
    }

    private async Task<(ExportReport Report, MemorySink Sink)> ExportIntoMemoryAsync(IStateTree? tip, RecordedCluster? cluster = null)
    {
        var sink = new MemorySink();
        var exporter = new ClusterExporter(cluster ?? _cluster, Scope.RunAi()) { Sealing = _cipher.Sealing };
        return (await exporter.ExportAsync(TestRepository.Cluster, sink, tip, CancellationToken.None), sink);
    }
}
