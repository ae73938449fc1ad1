using System.Collections.Immutable;
using System.Text.Json.Nodes;
using RunAiDr.Cli.Configuration;
using RunAiDr.Core.Helm;
using RunAiDr.Core.Runbook;
using RunAiDr.Core.Snapshots;
using RunAiDr.Core.State;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Core.Runbook;

/// <summary>The configuration that the page prints is read as it stands, and with each of its alternatives.</summary>
public sealed class DataConfigurationTests : IDisposable
{
    private const string OwnDatabase = """{"postgresql": {"enabled": false}, "global": {"postgresql": {"auth": {"host": "db.example.org"}}}}""";

    private readonly TestDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void As_it_stands_it_names_the_database_and_the_metrics_of_the_release()
    {
        var snapshots = Read(Block(Page("{}"))).Snapshots;

        Assert.Equal("csi", snapshots.Components[SnapshotComponent.Database].Provider);
        Assert.Equal("csi", snapshots.Components[SnapshotComponent.Metrics].Provider);
        Assert.Equal(("backend", "rai"), (snapshots.Csi.Release, snapshots.Csi.Namespace));
        Assert.Null(snapshots.Database.Host);
    }

    [Fact]
    public void A_database_of_your_own_is_reached_by_the_host_of_the_values()
    {
        var snapshots = Read(Block(Page(OwnDatabase))).Snapshots;

        Assert.Equal("external", snapshots.Components[SnapshotComponent.Database].Provider);
        Assert.Equal("db.example.org", snapshots.Database.Host);
    }

    [Theory]
    [InlineData("{}", 3)]
    [InlineData(OwnDatabase, 1)]
    [InlineData("""{"postgresql": {"enabled": false}}""", 1)]
    public void Each_alternative_can_be_taken_instead(string values, int count)
    {
        var block = Block(Page(values));
        var alternatives = Commented(block, "database:");

        Assert.Equal(count, alternatives.Length);
        foreach (var database in alternatives)
        {
            foreach (var dumps in Commented(block, "dumps:"))
            {
                var lines = block.Split('\n').Where(line => !line.StartsWith("database:", StringComparison.Ordinal));

                var snapshots = Read(string.Join('\n', [.. lines, database, dumps])).Snapshots;

                Assert.Contains(snapshots.Components[SnapshotComponent.Database].Provider, database, StringComparison.Ordinal);
                Assert.NotNull(snapshots.Dumps.IdentityFile);
                Assert.True(snapshots.Dumps.Directory is null != snapshots.Dumps.S3 is null);
            }
        }
    }

    [Fact]
    public void OpenShift_has_no_metrics_to_restore() =>
        Assert.False(Read(Block(Page("{}", "openshift"))).Snapshots.Components.ContainsKey(SnapshotComponent.Metrics));

    [Fact]
    public void What_rehydrate_does_to_a_database_of_your_own_depends_on_the_provider()
    {
        var page = Page(OwnDatabase);

        Assert.Contains("`rehydrate` only compares it", page, StringComparison.Ordinal);
        Assert.Contains("Where it says `pgdump`, `rehydrate` restores the dump into that server, roles included", page, StringComparison.Ordinal);
        Assert.Contains("`--clean-database`", page, StringComparison.Ordinal);
    }

    private static string Page(string values, string distribution = "kubernetes")
    {
        var notes = new RunbookNotes();
        notes.Release(new HelmRelease(
            "backend", "rai", 1, HelmRelease.Deployed, "control-plane", "2.20.24", null, JsonNode.Parse(values)!.AsObject()));
        return RunbookPage.Text(notes.Finish(new RestorePointInfo(
            "prod", null, "v1.36.3", distribution, ImmutableSortedDictionary<string, string>.Empty, "", []), readers: null));
    }

    private static string Block(string page) => page.Split("```yaml\n")[1].Split("\n```")[0];

    private static string[] Commented(string block, string key) =>
        [.. block.Split('\n').Where(line => line.StartsWith($"# {key}", StringComparison.Ordinal)).Select(line => line[2..])];

    private ClusterConfig Read(string text)
    {
        var path = _folder.File("runai-dr.yaml");
        File.WriteAllText(path, text + "\n");
        return Assert.Single(new ConfigReader(path, new Dictionary<string, string>(StringComparer.Ordinal)).Read().Clusters);
    }
}
