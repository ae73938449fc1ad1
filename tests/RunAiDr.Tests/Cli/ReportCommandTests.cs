using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RunAiDr.Cli.Rehearsing;
using RunAiDr.Core.Checkpoints;
using RunAiDr.Core.Snapshots;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Cli;

/// <summary>report over five days: two checkpoints with a database each, two rehearsals, changes by several.</summary>
public sealed partial class ReportCommandTests : IDisposable
{
    private const string Config = """
        database: {provider: external, objective: 30h}
        metrics: {provider: csi}
        checkpoint: {schedule: 0 12 * * *}

        """;

    private readonly RepositoryStory _repository = new(Config);

    public ReportCommandTests()
    {
        _repository.Put("values/runai-backend.yaml", "global:\n  domain: old.example.org\n");
        _repository.Put("namespaces/runai-team-a/namespace.yaml", Namespace("team-a", "team-a"));
        _repository.Put("namespaces/other/namespace.yaml", Namespace("other", null));
        _repository.Commit("Export cluster prod");
        Checkpoint("20260302-080000");
        _repository.Put("namespaces/runai-team-a/configmaps/quota.yaml", "data: {}\n");
        _repository.Put("namespaces/other/configmaps/x.yaml", "data: {}\n");
        _repository.Commit("prod: add 2 resources", "kubectl", "<b>|evil|</b>");
        _repository.Remove("namespaces/runai-team-a/configmaps/quota.yaml");
        _repository.Remove("namespaces/runai-team-a/namespace.yaml");
        _repository.Put("values/runai-backend.yaml", "global:\n  domain: new.example.org\n");
        _repository.Commit("prod: change", "helm");
        Checkpoint("before-upgrade");
        Rehearsal(passed: true, "20260302-080000").Write(_repository.Repository, RepositoryStory.Cluster);
        _repository.Clock.Advance(TimeSpan.FromHours(1));
        Rehearsal(passed: false, "before-upgrade").Write(_repository.Repository, RepositoryStory.Cluster);
    }

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task The_report_of_a_week_reads_like_this() =>
        Verified.Text(MadeAt().Replace((await ReportAsync("--to", "2026-03-07")).Output, "Made at (now)"));

    [Fact]
    public async Task What_it_says_is_there_for_programs_too()
    {
        var report = JsonNode.Parse((await ReportAsync("--to", "2026-03-07", "-o", "json")).Output)!;

        Assert.Equal(5, (int)report["restorePoints"]!);
        Assert.Equal(["20260302-080000", "before-upgrade"], Names(report["checkpoints"]!, "name"));
        Assert.Equal(["database", "metrics"], Names(report["recoveryPoints"]!, "component"));
        Assert.Contains("project team-a (namespace runai-team-a)", Names(report["changes"]!, "place"));
        Assert.Equal([true, false], report["rehearsals"]!.AsArray().Select(one => (bool)one!["passed"]!));
    }

    [Fact]
    public async Task A_checkpoint_that_was_pruned_since_is_named_and_its_snapshot_counts()
    {
        using (var store = _repository.Open())
        {
            store.DeleteTag(RepositoryStory.Cluster, "before-upgrade");
        }

        var report = JsonNode.Parse((await ReportAsync("--to", "2026-03-07", "-o", "json")).Output)!;

        Assert.Equal(["20260302-080000"], Names(report["checkpoints"]!, "name"));
        Assert.Equal(["before-upgrade"], report["prunedCheckpoints"]!.AsArray().Select(name => (string?)name));
        Assert.Equal(2, report["recoveryPoints"]![0]!["taken"]!.AsArray().Count);
        Assert.Contains("gone since (pruned, or deleted): before-upgrade.", (await ReportAsync("--to", "2026-03-07")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_period_takes_what_is_in_it_only()
    {
        var report = JsonNode.Parse((await ReportAsync("--from", "2026-03-04", "--to", "2026-03-04", "-o", "json")).Output)!;

        Assert.Equal(1, (int)report["restorePoints"]!);
        Assert.Empty(report["checkpoints"]!.AsArray());
        Assert.Empty(report["rehearsals"]!.AsArray());
    }

    [Theory]
    [InlineData("--from", "2026-03-03", "--to", "2026-03-02")]
    [InlineData("--from", "2999-01-01")]
    [InlineData("--from", "yesterday")]
    [InlineData("--file", "report.pdf")]
    public async Task What_is_no_period_or_no_page_is_refused(params string[] arguments) =>
        (await _repository.Program.RunAsync(["report", .. arguments])).Expect(2);

    [Fact]
    public async Task Before_the_first_restore_point_there_is_nothing_to_report() =>
        Assert.Contains("no restore point", (await _repository.Program.RunAsync("report", "--to", "2026-02-01")).Expect(8).Error, StringComparison.Ordinal);

    [Theory]
    [InlineData("week.html", "<!DOCTYPE html>")]
    [InlineData("week.md", "# Disaster recovery")]
    public async Task A_page_is_written_as_its_name_says(string name, string begin)
    {
        var file = _repository.File(name);

        var said = await ReportAsync("--to", "2026-03-07", "--file", file);

        Assert.Contains(file, said.Output, StringComparison.Ordinal);
        var page = await File.ReadAllTextAsync(file);
        Assert.StartsWith(begin, page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", page, StringComparison.Ordinal);
    }

    [GeneratedRegex("Made at [0-9:Z -]+(?= by)", RegexOptions.None, 1000)]
    private static partial Regex MadeAt();

    private async Task<Ended> ReportAsync(params string[] arguments) => (await _repository.Program.RunAsync(["report", .. arguments])).Expect(0);

    private void Checkpoint(string name)
    {
        var reference = new SnapshotReference
        {
            Component = SnapshotComponent.Database,
            Provider = "external",
            Checkpoint = name,
            TakenAt = _repository.Clock.GetUtcNow(),
            External = new ExternalDatabase { Host = "db.example.org", Port = 5432, SystemIdentifier = "7", Timeline = 1, Lsn = "0/1", RecoveryTarget = "" },
        };
        _repository.Put(SnapshotReference.PathOf(SnapshotComponent.Database), Encoding.UTF8.GetString(reference.ToBytes()));
        _repository.Commit($"Checkpoint {name}");
        _repository.Tag(name, CheckpointSummary.Subject(name, RepositoryStory.Cluster));
    }

    private RehearsalRecord Rehearsal(bool passed, string checkpoint) => new(
        _repository.Clock.GetUtcNow(), TimeSpan.FromMinutes(1), "0123456789abcdef0123456789abcdef01234567", checkpoint, passed, false, passed ? null : "a dump is damaged");

    private static IEnumerable<string?> Names(JsonNode list, string field) => list.AsArray().Select(one => (string?)one![field]);

    private static string Namespace(string name, string? project) =>
        $"apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {name}\n{(project is null ? "" : $"  labels:\n    runai/queue: {project}\n")}";
}
