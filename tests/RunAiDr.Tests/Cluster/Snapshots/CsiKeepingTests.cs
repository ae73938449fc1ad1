using System.Text.Json.Nodes;
using RunAiDr.Cluster.Snapshots;
using RunAiDr.Core;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Snapshots;
using World = RunAiDr.Tests.Cluster.Snapshots.SnapshotWorld;

namespace RunAiDr.Tests.Cluster.Snapshots;

/// <summary>Checking, listing and deleting what was taken.</summary>
public class CsiKeepingTests
{
    private static readonly CsiOptions Short = new() { Timeout = TimeSpan.FromSeconds(10) };

    [Fact]
    public async Task What_was_taken_is_sound_and_listed()
    {
        await using var world = await World.StartAsync();
        var reference = await world.TakenAsync();

        Assert.Null(await world.Provider().CheckAsync(reference, default));
        Assert.Equal(
            new OwnedSnapshot(World.Location, "nightly", SnapshotComponent.Database, reference.TakenAt, 53687091200, null),
            Assert.Single(await world.Provider().ListAsync("prod", default)));
        Assert.Empty(await world.Provider().ListAsync("another-cluster", default));
    }

    [Fact]
    public async Task A_content_whose_VolumeSnapshot_is_gone_still_counts_and_is_named()
    {
        await using var world = await World.StartAsync();
        var reference = await world.TakenAsync();
        await world.DeleteAsync(SnapshotKinds.Snapshot, World.Namespace, World.DatabaseSnapshot);

        var (defect, owned) = (await world.Provider().CheckAsync(reference, default), Assert.Single(await world.Provider().ListAsync("prod", default)));

        Assert.Equal(
            $"VolumeSnapshot {World.Location} is gone, but VolumeSnapshotContent {reference.Csi!.Content} still holds snapshot {reference.Csi.SnapshotHandle}", defect);
        Assert.Equal((World.Location, "nightly", reference.TakenAt), (owned.Location, owned.Checkpoint, owned.TakenAt));
        Assert.Contains("its VolumeSnapshot is gone", owned.Defect, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_deleted_behind_our_back_is_named()
    {
        await using var world = await World.StartAsync();
        var reference = await world.TakenAsync();
        await world.DeleteAsync(SnapshotKinds.Snapshot, World.Namespace, World.DatabaseSnapshot);
        await world.DeleteAsync(SnapshotKinds.Content, null, reference.Csi!.Content);

        var defect = await world.Provider().CheckAsync(reference, default);

        Assert.Contains("deleted behind our back", defect, StringComparison.Ordinal);
        Assert.Empty(await world.Provider().ListAsync("prod", default));
    }

    [Fact]
    public async Task A_content_that_would_take_the_data_with_it_is_a_defect()
    {
        await using var world = await World.StartAsync();
        var reference = await world.TakenAsync();
        await world.PatchAsync(SnapshotKinds.Content, null, reference.Csi!.Content, """{"spec":{"deletionPolicy":"Delete"}}""");

        Assert.Contains("has deletionPolicy Delete", await world.Provider().CheckAsync(reference, default), StringComparison.Ordinal);
        Assert.Contains("has deletionPolicy Delete", Assert.Single(await world.Provider().ListAsync("prod", default)).Defect, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_snapshot_under_the_same_name_is_a_defect()
    {
        await using var world = await World.StartAsync();
        var reference = await world.TakenAsync();
        await world.Provider().DeleteAsync(World.Location, default);
        await world.TakenAsync();

        Assert.Contains($"not {reference.Csi!.SnapshotHandle}: it was replaced", await world.Provider().CheckAsync(reference, default), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_half_made_snapshot_is_listed_with_its_defect_and_can_be_deleted()
    {
        await using var world = await World.StartAsync();
        world.Storage.NeverReady = true;
        await LoadHalfMadeAsync(world);

        var owned = Assert.Single(await world.Provider().ListAsync("prod", default));

        Assert.Equal((World.Location, "nightly", "its VolumeSnapshot is not ready to use"), (owned.Location, owned.Checkpoint, owned.Defect));
        Assert.True(await world.Provider().DeleteAsync(owned.Location, default));
        await world.AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task A_cluster_without_the_snapshot_kinds_has_no_snapshots()
    {
        await using var world = await World.StartAsync(kinds: false);

        Assert.Empty(await world.Provider().ListAsync("prod", default));
        Assert.False(await world.Provider().DeleteAsync(World.Location, default));
    }

    [Fact]
    public async Task Deleting_deletes_the_data_although_it_was_retained()
    {
        await using var world = await World.StartAsync();
        await world.TakenAsync();

        Assert.True(await world.Provider().DeleteAsync(World.Location, default));

        await world.AssertNothingIsLeftAsync();
        Assert.False(await world.Provider().DeleteAsync(World.Location, default));
    }

    [Fact]
    public async Task Deleting_deletes_the_data_of_a_content_that_was_left_alone()
    {
        await using var world = await World.StartAsync();
        await world.TakenAsync();
        await world.DeleteAsync(SnapshotKinds.Snapshot, World.Namespace, World.DatabaseSnapshot);

        Assert.True(await world.Provider().DeleteAsync(World.Location, default));

        await world.AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Deleting_deletes_the_data_of_a_content_whose_VolumeSnapshot_was_torn_off()
    {
        await using var world = await World.StartAsync();
        var reference = await world.TakenAsync();
        await world.DeleteAsync(SnapshotKinds.Snapshot, World.Namespace, World.DatabaseSnapshot);
        await world.PatchAsync(
            SnapshotKinds.Content, null, reference.Csi!.Content,
            """{"metadata":{"annotations":{"snapshot.storage.kubernetes.io/volumesnapshot-being-deleted":null}}}""");

        Assert.True(await world.Provider().DeleteAsync(World.Location, default));

        await world.AssertNothingIsLeftAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_not_ours_is_not_deleted(bool snapshotIsThere)
    {
        await using var world = await World.StartAsync();
        var reference = await world.TakenAsync();
        const string NotOurs = """{"metadata":{"labels":{"app.kubernetes.io/managed-by":"velero"}}}""";
        await world.PatchAsync(SnapshotKinds.Content, null, reference.Csi!.Content, NotOurs);
        await world.PatchAsync(SnapshotKinds.Snapshot, World.Namespace, World.DatabaseSnapshot, NotOurs);
        if (!snapshotIsThere)
        {
            await world.DeleteAsync(SnapshotKinds.Snapshot, World.Namespace, World.DatabaseSnapshot);
        }

        var refusal = await Assert.ThrowsAsync<RunAiDrException>(() => world.Provider().DeleteAsync(World.Location, default));

        Assert.Equal(Fault.Snapshot, refusal.Fault);
        Assert.Contains("was not made by runai-dr", refusal.Message, StringComparison.Ordinal);
        Assert.Single(world.Storage.Handles);
        Assert.Equal("Retain", (await world.GetAsync(SnapshotKinds.Content, null, reference.Csi.Content)).PolicyOf());
    }

    [Fact]
    public async Task A_deletion_that_does_not_end_says_so()
    {
        await using var world = await World.StartAsync();
        await world.TakenAsync();
        await world.PatchAsync(
            SnapshotKinds.Snapshot, World.Namespace, World.DatabaseSnapshot, """{"metadata":{"finalizers":["example.com/held"]}}""");

        var failure = await Assert.ThrowsAsync<RunAiDrException>(() => world.Provider(Short).DeleteAsync(World.Location, default));

        Assert.Contains("is still there 10 s after its deletion", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_rights_are_an_exception()
    {
        await using var world = await World.StartAsync();
        var reference = await world.TakenAsync();
        var nobody = world.Provider(token: "nobody");

        foreach (var act in (Func<Task>[])[
            () => nobody.CheckAsync(reference, default), () => nobody.ListAsync("prod", default), () => nobody.DeleteAsync(World.Location, default)])
        {
            Assert.Equal(Fault.ClusterRefused, (await Assert.ThrowsAsync<RunAiDrException>(act)).Fault);
        }
    }

    private static async Task LoadHalfMadeAsync(World world)
    {
        var body = new JsonObject
        {
            ["apiVersion"] = "snapshot.storage.k8s.io/v1",
            ["kind"] = "VolumeSnapshot",
            ["metadata"] = new JsonObject
            {
                ["name"] = World.DatabaseSnapshot,
                ["namespace"] = World.Namespace,
                ["labels"] = SnapshotLabels.Of(World.Request(), SnapshotComponent.Database),
            },
            ["spec"] = World.Json($$"""{"source":{"persistentVolumeClaimName":"{{World.DatabaseClaim}}"},"volumeSnapshotClassName":"fast-ssd-snapshots"}"""),
        };
        await world.Client.CreateAsync(new Resource(SnapshotKinds.Snapshot, body), dryRun: false, default);
        await World.EventuallyAsync(() => Task.FromResult(world.Storage.Handles.Count == 1));
    }
}
