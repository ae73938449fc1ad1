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

        var point = await PointAsync(TimeSpan.FromHours(4));

        Assert.Equal((TimeSpan.FromHours(5), true, "a"), (point.Age, point.IsMissed, point.Newest!.Checkpoint.Name));
        Assert.False((await PointAsync(TimeSpan.FromHours(6))).IsMissed);
        Assert.False((await PointAsync(null)).IsMissed);
    }

    [Fact]
    public async Task A_failed_part_does_not_count()
    {
        await _scene.TakeAsync("whole");
        _scene.Clock.Advance(TimeSpan.FromHours(1));
        _scene.Storage.Becomes = component => SnapshotOutcome.Failed(component, "no");
        await _scene.TakeAsync("partial", allowPartial: true);

        Assert.Equal("whole", (await PointAsync(null)).Newest!.Checkpoint.Name);
    }

    [Fact]
    public async Task Without_any_the_objective_is_missed()
    {
        var point = await PointAsync(TimeSpan.FromDays(1));

        Assert.Equal((null, null, true), (point.Age, point.Newest, point.IsMissed));
    }

    [Fact]
    public async Task A_storage_that_does_not_answer_is_told()
    {
        await _scene.TakeAsync("a");
        _scene.Storage.Defect = _ => throw FakeSnapshots.Broken("the storage");

        var usable = await UsableSnapshots.FindAsync(
            Checkpoint.AllOf(_scene.Store, CheckpointScene.Cluster), _scene.Sources, CancellationToken.None);

        Assert.Equal("the storage is broken. Mend it.", usable.NotChecked[SnapshotComponent.Database]);
        Assert.Equal("a", usable.Newest[SnapshotComponent.Database].Checkpoint.Name);
    }

    private async Task<RecoveryPoint> PointAsync(TimeSpan? objective) => RecoveryPoint.Of(
        new Dictionary<SnapshotComponent, TimeSpan?> { [SnapshotComponent.Database] = objective },
        await UsableSnapshots.FindAsync(Checkpoint.AllOf(_scene.Store, CheckpointScene.Cluster), _scene.Sources, CancellationToken.None),
        _scene.Clock.GetUtcNow()).Single();
}
