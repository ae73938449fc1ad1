using RunAiDr.Core;
using RunAiDr.Core.Checkpoints;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Tests.Core.Checkpoints;

public sealed class PruningTests : IDisposable
{
    private static readonly RetentionPolicy LastOne = new(Last: 1);

    private readonly CheckpointScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task Tags_go_and_the_snapshots_that_only_they_name()
    {
        await TakeAsync(3);
        await _scene.TakeAsync("named");

        var deletions = await PruneAsync(LastOne);

        Assert.Equal(["20261127-030003", "named"], _scene.Tags());
        Assert.Equal(
            ["csi/20261127-030003/Database", "csi/20261127-030003/Metrics", "csi/named/Database", "csi/named/Metrics"],
            _scene.Storage.Stored.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(
            ["tag dr/prod-a/20261127-020003", "tag dr/prod-a/20261127-010003"],
            deletions.Where(deletion => deletion.Kind == "tag").Select(deletion => $"{deletion.Kind} {deletion.What}"));
        Assert.Equal(4, deletions.Count(deletion => deletion is { Kind: "csi", Failure: null }));
        Assert.Empty(await PruneAsync(LastOne));
    }

    [Fact]
    public async Task A_snapshot_that_another_tag_names_stays()
    {
        var first = await _scene.TakeAutomaticAsync();
        _scene.Store.Tag(CheckpointScene.Cluster, "by-hand", first.Commit, "Keep this");
        _scene.Clock.Advance(TimeSpan.FromHours(1));
        await _scene.TakeAutomaticAsync();

        await PruneAsync(LastOne);

        Assert.Equal(["20261127-020003", "by-hand"], _scene.Tags());
        Assert.Equal(4, _scene.Storage.Stored.Count);
    }

    [Fact]
    public async Task The_only_usable_snapshot_stays()
    {
        await TakeAsync(3);
        _scene.Storage.Defect = location => location.Contains("-01", StringComparison.Ordinal) ? null : "not ready";

        await PruneAsync(LastOne);

        Assert.Equal(["20261127-010003", "20261127-030003"], _scene.Tags());
    }

    [Fact]
    public async Task Naming_the_only_usable_one_does_not_delete_it()
    {
        await TakeAsync(1);

        var plan = await _scene.Pruning.PlanAsync(["20261127-010003"], CancellationToken.None);

        Assert.Empty(plan.Tags);
        Assert.Equal("without it there is no usable database and metrics", plan.Verdicts[0].KeptBecause);
    }

    [Fact]
    public async Task A_named_one_goes_when_it_is_named()
    {
        await _scene.TakeAsync("a");
        await _scene.TakeAsync("b");

        var plan = await _scene.Pruning.PlanAsync(["a"], CancellationToken.None);
        await _scene.Pruning.RunAsync(plan, [], NotPublished, _ => { }, CancellationToken.None);

        Assert.Equal(["b"], _scene.Tags());
        Assert.Equal(["csi/b/Database", "csi/b/Metrics"], _scene.Storage.Stored.Keys.Order(StringComparer.Ordinal));
        await Assert.ThrowsAsync<RunAiDrException>(() => _scene.Pruning.PlanAsync(["c"], CancellationToken.None));
    }

    [Fact]
    public async Task Orphans_are_listed_and_deleted_only_on_request()
    {
        await TakeAsync(1);
        _scene.Storage.Stored["csi/killed/Database"] =
            new OwnedSnapshot("csi/killed/Database", "killed", SnapshotComponent.Database, null, null, "half made");

        Assert.Empty(await PruneAsync(LastOne));
        var plan = await _scene.Pruning.PlanAsync(LastOne, CancellationToken.None);
        Assert.Equal("csi/killed/Database", Assert.Single(plan.Orphans).Owned.Location);
        Assert.Single(await _scene.Pruning.RunAsync(plan, plan.Orphans, NotPublished, _ => { }, CancellationToken.None));
        Assert.Equal(2, _scene.Storage.Stored.Count);
    }

    [Fact]
    public async Task A_snapshot_whose_storage_was_moved_is_still_that_of_its_tag()
    {
        await TakeAsync(2);
        foreach (var (location, snapshot) in _scene.Storage.Stored.ToList())
        {
            _scene.Storage.Stored[location] = snapshot with { Location = $"moved/{location}" };
        }

        var plan = await _scene.Pruning.PlanAsync(LastOne, CancellationToken.None);

        Assert.Empty(plan.Orphans);
        Assert.Equal(
            ["moved/csi/20261127-010003/Database", "moved/csi/20261127-010003/Metrics"],
            plan.Snapshots.Select(snapshot => snapshot.Owned.Location).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_orphan_may_be_of_a_checkpoint_under_way_for_a_day()
    {
        await TakeAsync(1);
        var now = _scene.Clock.GetUtcNow();
        Add("young", now.AddHours(-23));
        Add("old", now.AddHours(-25));
        Add("unknown", null);

        var plan = await _scene.Pruning.PlanAsync(LastOne, CancellationToken.None);

        Assert.Equal(3, plan.Orphans.Count);
        Assert.Equal("old", Assert.Single(plan.OldOrphans(now)).Owned.Checkpoint);
        void Add(string checkpoint, DateTimeOffset? at) => _scene.Storage.Stored[checkpoint] =
            new OwnedSnapshot(checkpoint, checkpoint, SnapshotComponent.Database, at, null, null);
    }

    [Fact]
    public async Task A_snapshot_that_cannot_be_deleted_is_told_and_does_not_stop_the_rest()
    {
        await TakeAsync(3);
        _scene.Storage.Deleting = location =>
        {
            if (location.EndsWith("Database", StringComparison.Ordinal))
            {
                throw FakeSnapshots.Broken("the storage");
            }
        };

        var deletions = await PruneAsync(LastOne);

        Assert.Equal(2, deletions.Count(deletion => deletion.Failure?.Contains("the storage is broken.", StringComparison.Ordinal) == true));
        Assert.Equal(4, _scene.Storage.Stored.Count);
        Assert.Equal(2, (await _scene.Pruning.PlanAsync(LastOne, CancellationToken.None)).Orphans.Count);
    }

    [Fact]
    public async Task Storage_is_asked_about_no_more_than_the_newest()
    {
        await TakeAsync(4);
        var before = _scene.Storage.Checks;

        await _scene.Pruning.PlanAsync(LastOne, CancellationToken.None);

        Assert.Equal(before + 2, _scene.Storage.Checks);
    }

    [Fact]
    public async Task Nothing_is_deleted_when_the_deletion_of_the_tags_cannot_be_published()
    {
        await TakeAsync(3);
        var plan = await _scene.Pruning.PlanAsync(LastOne, CancellationToken.None);

        await Assert.ThrowsAsync<RunAiDrException>(() => _scene.Pruning.RunAsync(
            plan, [], _ => throw FakeSnapshots.Broken("the remote"), _ => { }, CancellationToken.None));

        Assert.Equal(6, _scene.Storage.Stored.Count);
    }

    [Fact]
    public async Task A_tag_whose_references_cannot_be_read_keeps_its_snapshots()
    {
        await TakeAsync(2);
        _scene.Damage("20261127-010003");

        var plan = await _scene.Pruning.PlanAsync(new RetentionPolicy(), CancellationToken.None);

        Assert.Empty(plan.Orphans);
        Assert.NotNull(plan.Verdicts[1].Checkpoint.Defect);
    }

    [Fact]
    public async Task What_a_partial_checkpoint_could_not_take_back_is_an_orphan()
    {
        _scene.Storage.Becomes = component => component == SnapshotComponent.Metrics ? SnapshotOutcome.Failed(component, "no") : null;
        await _scene.TakeAutomaticAsync(allowPartial: true);
        _scene.Storage.Stored["left"] = new OwnedSnapshot("left", "20261127-010003", SnapshotComponent.Metrics, null, null, "half made");

        Assert.Equal("left", Assert.Single((await _scene.Pruning.PlanAsync(LastOne, CancellationToken.None)).Orphans).Owned.Location);
    }

    [Fact]
    public async Task Nothing_is_pruned_while_nobody_can_tell_what_is_usable()
    {
        await TakeAsync(2);
        _scene.Storage.Defect = _ => throw FakeSnapshots.Broken("the storage");

        var failure = await Assert.ThrowsAsync<RunAiDrException>(() => _scene.Pruning.PlanAsync(LastOne, CancellationToken.None));

        Assert.Contains("the storage is broken.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tag_of_a_provider_that_is_no_longer_configured_stays()
    {
        await TakeAsync(2);
        var other = new FakeSnapshots(SnapshotSources.PgDump, _scene.Clock);
        _scene.Sources = _scene.Sources with
        {
            Providers = new Dictionary<SnapshotComponent, ISnapshotProvider> { [SnapshotComponent.Database] = other },
        };

        var plan = await _scene.Pruning.PlanAsync(LastOne, CancellationToken.None);

        Assert.Empty(plan.Tags);
        Assert.Equal("its csi snapshot could not be deleted: that provider is not configured", plan.Verdicts[1].KeptBecause);
    }

    private static Task NotPublished(CancellationToken ct) => Task.CompletedTask;

    private async Task TakeAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await _scene.TakeAutomaticAsync();
            _scene.Clock.Advance(TimeSpan.FromHours(1));
        }
    }

    private async Task<IReadOnlyList<Deletion>> PruneAsync(RetentionPolicy policy) => await _scene.Pruning.RunAsync(
        await _scene.Pruning.PlanAsync(policy, CancellationToken.None), [], NotPublished, _ => { }, CancellationToken.None);
}
