using System.Text;
using RunAiDr.Cli.Restoring;
using RunAiDr.Core.Checkpoints;
using RunAiDr.Core.Snapshots;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Cli.Restoring;

public sealed class NewerSnapshotsTests : IDisposable
{
    private readonly RepositoryStory _story = new();

    public NewerSnapshotsTests()
    {
        Take("before-upgrade", day: 1);
        Take("night", day: 2);
    }

    public void Dispose() => _story.Dispose();

    [Fact]
    public void A_plan_of_a_branch_whose_data_is_older_names_the_tag_that_has_newer()
    {
        Reference("before-upgrade", day: 1);
        _story.Commit("Merge drift of the first day");

        Assert.Equal(["tag night has newer snapshots: database"], Findings(null));
    }

    [Fact]
    public void One_with_the_same_data_and_one_of_a_checkpoint_do_not()
    {
        _story.Put("namespaces/x/configmaps/y.yaml", "data: {}\n");
        _story.Commit("Change something else");

        Assert.Empty(Findings(null));
        Assert.Empty(Findings("before-upgrade"));
    }

    private List<string> Findings(string? reference)
    {
        using var store = _story.Open();
        return [.. NewerSnapshots.Rows(store, RepositoryStory.Cluster, store.Open(RepositoryStory.Cluster, reference)).Select(row => row.Finding)];
    }

    private void Take(string name, int day)
    {
        Reference(name, day);
        _story.Commit($"Checkpoint {name}");
        _story.Tag(name, CheckpointSummary.Subject(name, RepositoryStory.Cluster));
    }

    private void Reference(string name, int day) => _story.Put(
        SnapshotReference.PathOf(SnapshotComponent.Database),
        Encoding.UTF8.GetString(new SnapshotReference
        {
            Component = SnapshotComponent.Database,
            Provider = "external",
            Checkpoint = name,
            TakenAt = new DateTimeOffset(2026, 3, day, 0, 0, 0, TimeSpan.Zero),
            External = new ExternalDatabase { Host = "db.example.org", Port = 5432, SystemIdentifier = "7", Timeline = 1, Lsn = "0/1", RecoveryTarget = "" },
        }.ToBytes()));
}
