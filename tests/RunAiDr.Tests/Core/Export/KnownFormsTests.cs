using System.Text.Json.Nodes;
using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Scopes;
using RunAiDr.Core.Secrets;
using RunAiDr.Core.State;

namespace RunAiDr.Tests.Core.Export;

/// <summary>What an export takes over from the one before.</summary>
public sealed class KnownFormsTests
{
    private readonly Memory _memory = new();

    [Fact]
    public async Task Two_exports_of_the_same_cluster_make_the_same_files_and_the_same_report()
    {
        var (first, before) = await ExportAsync(new RecordedCluster(), null);
        var (second, after) = await ExportAsync(new RecordedCluster { PageSize = 7 }, before);

        Assert.Empty(before.Kept);
        Assert.NotEmpty(after.Kept);
        Assert.Equal(before.Files, after.Files);
        Assert.Equal(first.Counts, second.Counts);
        Assert.Equal(first.LastManagers, second.LastManagers);
        Assert.Equal(first.Placeholders, second.Placeholders);
        Assert.Equal(first.SecretDecisions, second.SecretDecisions);
        Assert.Equal(first.CompareOnly, second.CompareOnly);
    }

    [Fact]
    public async Task What_holds_secrets_or_has_to_be_read_is_looked_at_each_time()
    {
        var (report, before) = await ExportAsync(new RecordedCluster(), null);
        var (_, after) = await ExportAsync(new RecordedCluster(), before);

        var withSecrets = report.SecretDecisions.Select(decision => $"{decision.Document}.yaml").ToHashSet(StringComparer.Ordinal);
        Assert.NotEmpty(withSecrets);
        Assert.DoesNotContain(after.Kept, withSecrets.Contains);
        string[] read = ["/secrets/", "/rolebindings.", "/clusterrolebindings.", "/persistentvolumeclaims/", "/runaiconfigs.run.ai/"];
        Assert.DoesNotContain(after.Kept, path => read.Any(kind => path.Contains(kind, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_resource_that_changed_is_made_anew()
    {
        var (_, before) = await ExportAsync(new RecordedCluster(), null);
        var cluster = new RecordedCluster();
        var namespaces = cluster["namespaces"];
        var changed = namespaces.First(item => before.Files.ContainsKey(PathOf(item)));
        changed["metadata"]!["labels"]!["team"] = "vision";

        var (_, after) = await ExportAsync(cluster, before);

        Assert.Contains("team: vision", after[PathOf(changed)], StringComparison.Ordinal);
        Assert.DoesNotContain(PathOf(changed), after.Kept);
    }

    [Fact]
    public async Task A_resource_that_the_last_restore_point_has_otherwise_is_made_anew()
    {
        var (_, before) = await ExportAsync(new RecordedCluster(), null);
        var (_, known) = await ExportAsync(new RecordedCluster(), before);
        var (edited, missing) = (known.Kept[0], known.Kept[1]);
        var (wasEdited, wasMissing) = (before.Files[edited], before.Files[missing]);
        before.Files[edited] = "kind: Other\n"u8.ToArray();
        before.Files.Remove(missing);

        var (_, after) = await ExportAsync(new RecordedCluster(), before);

        Assert.Equal(wasEdited, after.Files[edited]);
        Assert.Equal(wasMissing, after.Files[missing]);
        Assert.Equal(known.Kept.Skip(2), after.Kept);
    }

    [Fact]
    public async Task Nothing_is_taken_over_when_other_rules_say_what_is_secret()
    {
        var (_, before) = await ExportAsync(new RecordedCluster(), null);
        var rules = SecretRules.Parse("version: 1\ncharts: []\nnames: [nvidia*]\n", "rules.yaml");

        var (_, after) = await ExportAsync(new RecordedCluster(), before, rules);

        Assert.Empty(after.Kept);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(30)]
    [InlineData(200)]
    [InlineData(-1)]
    public async Task A_damaged_memory_is_as_good_as_none(int at)
    {
        var (_, before) = await ExportAsync(new RecordedCluster(), null);
        var kept = _memory.Kept!;
        kept[at < 0 ? kept.Length + at : at] ^= 1;

        var (_, after) = await ExportAsync(new RecordedCluster(), before);

        Assert.Empty(after.Kept);
        Assert.Equal(before.Files, after.Files);
    }

    [Fact]
    public async Task A_memory_that_was_cut_off_is_as_good_as_none()
    {
        var (_, before) = await ExportAsync(new RecordedCluster(), null);
        foreach (var length in (int[])[0, 10, 48, 81, 100])
        {
            _memory.Kept = _memory.Kept![..length];

            var (_, after) = await ExportAsync(new RecordedCluster(), before);

            Assert.Empty(after.Kept);
        }
    }

    [Fact]
    public async Task The_memory_is_written_when_it_has_news_only()
    {
        var (_, before) = await ExportAsync(new RecordedCluster(), null);
        await ExportAsync(new RecordedCluster(), before);
        Assert.Equal(1, _memory.Writes);

        var cluster = new RecordedCluster();
        cluster.Remove("configmaps");
        var (_, after) = await ExportAsync(cluster, before);
        Assert.Equal(2, _memory.Writes);
        Assert.DoesNotContain(after.Kept, path => path.Contains("/configmaps/", StringComparison.Ordinal));
    }

    private static string PathOf(JsonObject item) =>
        StatePath.For(new ResourceKey("", "namespaces", null, (string)item["metadata"]!["name"]!));

    private async Task<(ExportReport Report, MemorySink Sink)> ExportAsync(RecordedCluster cluster, MemorySink? before, SecretRules? rules = null)
    {
        var sink = new MemorySink(before);
        var exporter = new ClusterExporter(cluster, Scope.RunAi()) { Memory = _memory, Rules = rules ?? SecretRules.RunAi() };
        return (await exporter.ExportAsync("prod", sink, CancellationToken.None), sink);
    }

    private sealed class Memory : IFormMemory
    {
        public byte[]? Kept { get; set; }

        public int Writes { get; private set; }

        public byte[]? Load(string cluster) => Kept;

        public void Keep(string cluster, ReadOnlySpan<byte> forms)
        {
            Kept = forms.ToArray();
            Writes++;
        }
    }
}
