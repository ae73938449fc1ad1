using RunAiDr.Core.Comparison;
using RunAiDr.Core.Export;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Runbook;
using RunAiDr.Core.Scopes;
using RunAiDr.Core.State;
using RunAiDr.Git;
using RunAiDr.Tests.Core.Export;
using RunAiDr.Tests.Git;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Core.Runbook;

/// <summary>The page is no resource: nothing counts, compares or restores it.</summary>
public sealed class RunbookFileTests : IDisposable
{
    private static readonly StateChange Page = new(StateChangeKind.Changed, RunbookPage.Path);

    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void A_restore_point_neither_lists_it_nor_complains_of_it()
    {
        var tree = SampleRestorePoint.Tree();
        var expected = RestorePointReader.Read(tree);

        var restorePoint = RestorePointReader.Read(tree.Copy().Put(RunbookPage.Path, "# Runbook\n"));

        Assert.Empty(restorePoint.Problems);
        Assert.Equal(expected.Resources.Count, restorePoint.Resources.Count);
        Assert.Equal(expected.NotHandled, restorePoint.NotHandled);
    }

    [Fact]
    public void It_never_differs()
    {
        var comparison = new LiveComparison(SampleRestorePoint.Tree().Put(RunbookPage.Path, "# Before\n"));
        SampleRestorePoint.Tree().Put(RunbookPage.Path, "# Now\n").PutInto(comparison);

        var differences = comparison.Finish();

        Assert.Empty(differences.Items);
        Assert.DoesNotContain(RunbookPage.Path, differences.SavedPaths);
    }

    [Fact]
    public async Task A_commit_names_it_only_when_nothing_else_changed()
    {
        var report = await new ClusterExporter(new RecordedCluster(), Scope.RunAi()).ExportAsync("prod", new MemorySink(), CancellationToken.None);
        var binding = new StateChange(StateChangeKind.Changed, "namespaces/team-a/rolebindings/runai-researcher.yaml");

        var both = CommitMessage.For([Page, binding], report, isFirst: false);
        var alone = CommitMessage.For([Page], report, isFirst: false);

        Assert.Equal("team-a: change RoleBinding runai-researcher", both.Subject);
        Assert.Equal("change team-a: RoleBinding runai-researcher", both.Body);
        Assert.Equal("prod: change RUNBOOK.md", alone.Subject);
    }

    [Fact]
    public void The_deletion_guard_does_not_count_it()
    {
        using var store = _repository.Open();
        using (var writer = store.Begin(TestRepository.Cluster))
        {
            writer.Put(RestorePointInfo.Path, "a: 1\n"u8);
            writer.Put(RunbookPage.Path, "# Runbook\n"u8);
            Assert.NotNull(writer.Commit(new CommitText("Export", "", [])));
        }

        using var next = store.Begin(TestRepository.Cluster);

        Assert.Equal((1, 1), next.Deletions());
    }

    [Fact]
    public async Task Exporting_twice_makes_one_commit()
    {
        using var store = _repository.Open();

        Assert.NotNull(await ExportAsync(store, new RecordedCluster()));
        Assert.Null(await ExportAsync(store, new RecordedCluster { Shuffle = new Random(5), PageSize = 7 }));
        Assert.StartsWith("# Runbook: bring Run:ai of cluster", _repository.Git.Run("show", $"main:clusters/{TestRepository.Cluster}/{RunbookPage.Path}"), StringComparison.Ordinal);
    }

    private static async Task<CommitId?> ExportAsync(GitStateStore store, RecordedCluster cluster)
    {
        using var writer = store.Begin(TestRepository.Cluster);
        await new ClusterExporter(cluster, Scope.RunAi()).ExportAsync(TestRepository.Cluster, writer, CancellationToken.None);
        return writer.Commit(new CommitText("Export", "", []));
    }
}
