using RunAiDr.Core.Checkpoints;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Tests.Core.Checkpoints;

public sealed class RecoveryPointTests : IDisposable
{
    private readonly CheckpointScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task Its_age_counts_from_the_snapshot_and_not_from_the_tag()
    {
        await _scene.TakeAsync("a");
        _scene.Clock.Advance(TimeSpan.FromHours(5));
        _scene.Store.Tag(CheckpointScene.Cluster, "later", _scene.Store.Open(CheckpointScene.Cluster, null).Id, "of the same commit");

        var point = Points(TimeSpan.FromHours(4)).Single();

        Assert.Equal((TimeSpan.FromHours(5), true, "a"), (point.Age, point.IsMissed, point.Newest!.Checkpoint.Name));
        Assert.False(Points(TimeSpan.FromHours(6)).Single().IsMissed);
        Assert.False(Points(null).Single().IsMissed);
    }

    [Fact]
    public async Task A_failed_part_does_not_count()
    {
        await _scene.TakeAsync("whole");
        _scene.Clock.Advance(TimeSpan.FromHours(1));
        _scene.Storage.Becomes = component => SnapshotOutcome.Failed(component, "no");
        await _scene.TakeAsync("partial", allowPartial: true);

        Assert.Equal("whole", Points(null).Single().Newest!.Checkpoint.Name);
    }

    [Fact]
    public void Without_any_the_objective_is_missed()
    {
        var point = Points(TimeSpan.FromDays(1)).Single();

        Assert.Equal((null, null, true), (point.Age, point.Newest, point.IsMissed));
    }

    private IReadOnlyList<RecoveryPoint> Points(TimeSpan? objective) => RecoveryPoint.Of(
        new Dictionary<SnapshotComponent, TimeSpan?> { [SnapshotComponent.Database] = objective },
        UsableSnapshots.ByTags(Checkpoint.AllOf(_scene.Store, CheckpointScene.Cluster)),
        _scene.Clock.GetUtcNow());
}
