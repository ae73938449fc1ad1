using System.Text.Json.Nodes;
using RunAiDr.Cluster.Snapshots;
using RunAiDr.Core.Resources;
using RunAiDr.Sandbox;
using RunAiDr.Tests.Support;
using World = RunAiDr.Tests.Cluster.Snapshots.SnapshotWorld;

namespace RunAiDr.Tests.Sandbox.Controllers;

/// <summary>The double of snapshot controller and CSI driver behaves as the recorded objects show.</summary>
public class SnapshotControllerTests
{
    [Fact]
    public async Task A_content_counts_bytes_and_nanoseconds_a_VolumeSnapshot_has_a_quantity_and_a_date()
    {
        await using var world = await World.StartAsync();
        var (snapshot, content) = await TakenAsync(world, "fast-ssd-snapshots");

        Assert.Equal($"snapcontent-{snapshot.UidOf()}", content.NameOf());
        Assert.Equal(53687091200, content["status"]!["restoreSize"]!.GetValue<long>());
        Assert.True(content["status"]!["creationTime"]!.GetValue<long>() > 1_700_000_000_000_000_000);
        Assert.Equal("50Gi", snapshot["status"]!.AsObject().Text("restoreSize"));
        Assert.Matches("^[0-9-]{10}T[0-9:]{8}Z$", snapshot["status"]!.AsObject().Text("creationTime"));
        Assert.Equal((snapshot.UidOf(), "VolumeSnapshot"), (content.SnapshotRefOf().Text("uid"), content.SnapshotRefOf().Text("kind")));
        Assert.Equal(
            ["snapshot.storage.kubernetes.io/volumesnapshot-as-source-protection", "snapshot.storage.kubernetes.io/volumesnapshot-bound-protection"],
            snapshot["metadata"]!.AsObject().Texts("finalizers"));
        Assert.Equal(
            ["snapshot.storage.kubernetes.io/volumesnapshotcontent-bound-protection"], content["metadata"]!.AsObject().Texts("finalizers"));
    }

    [Theory]
    [InlineData("Delete", 0)]
    [InlineData("Retain", 1)]
    public async Task The_policy_of_the_content_decides_what_becomes_of_the_data(string policy, int left)
    {
        await using var world = await World.StartAsync();
        var (_, content) = await TakenAsync(world, "fast-ssd-snapshots");
        await world.PatchAsync(SnapshotKinds.Content, null, content.NameOf(), $$$"""{"spec":{"deletionPolicy":"{{{policy}}}"}}""");

        await world.DeleteAsync(SnapshotKinds.Snapshot, World.Namespace, "one");

        await World.EventuallyAsync(() => Task.FromResult(world.Storage.Handles.Count == left));
        Assert.Equal(left, (await world.Client.ListAsync(new(SnapshotKinds.Content), default)).Count);
    }

    [Fact]
    public async Task A_content_made_beforehand_from_a_handle_is_bound_and_ready()
    {
        await using var world = await World.StartAsync();
        world.Storage.Add(new StoredSnapshot("snap-elsewhere", 1 << 30, DateTimeOffset.UnixEpoch.AddYears(50)));

        await ImportAsync(world, "snap-elsewhere");

        await World.EventuallyAsync(async () => (await world.GetAsync(SnapshotKinds.Snapshot, World.Namespace, "one")).IsReady());
        var snapshot = await world.GetAsync(SnapshotKinds.Snapshot, World.Namespace, "one");
        var content = await world.GetAsync(SnapshotKinds.Content, null, "imported");
        Assert.Equal((snapshot.UidOf(), "imported"), (content.SnapshotRefOf().Text("uid"), snapshot.BoundContent()));
        Assert.Equal("1Gi", snapshot["status"]!.AsObject().Text("restoreSize"));
    }

    [Fact]
    public async Task A_handle_that_the_storage_does_not_know_is_an_error()
    {
        await using var world = await World.StartAsync();

        await ImportAsync(world, "snap-lost");

        await World.EventuallyAsync(async () =>
            (await world.GetAsync(SnapshotKinds.Snapshot, World.Namespace, "one")).ErrorOf()?.Contains("can not find snapshot for snapshotID snap-lost", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task A_snapshot_is_bound_before_it_is_usable()
    {
        await using var world = await World.StartAsync();
        world.Storage.NeverReady = true;
        await CreateAsync(world, "fast-ssd-snapshots");

        await World.EventuallyAsync(async () => (await world.GetAsync(SnapshotKinds.Snapshot, World.Namespace, "one")).BoundContent() is not null);
        await World.EventuallyAsync(() => Task.FromResult(world.Storage.Handles.Count == 1));

        Assert.False((await world.GetAsync(SnapshotKinds.Snapshot, World.Namespace, "one")).IsReady());
        world.Storage.NeverReady = false;
        await World.EventuallyAsync(async () => (await world.GetAsync(SnapshotKinds.Snapshot, World.Namespace, "one")).IsReady());
    }

    [Fact]
    public async Task A_class_that_is_not_there_is_an_error_of_the_snapshot()
    {
        await using var world = await World.StartAsync();

        await CreateAsync(world, "no-such-class");

        await World.EventuallyAsync(async () => (await world.GetAsync(SnapshotKinds.Snapshot, World.Namespace, "one")).ErrorOf() is not null);
        Assert.Empty(world.Storage.Handles);
    }

    private static async Task<(JsonObject Snapshot, JsonObject Content)> TakenAsync(World world, string className)
    {
        await CreateAsync(world, className);
        await World.EventuallyAsync(async () => (await world.GetAsync(SnapshotKinds.Snapshot, World.Namespace, "one")).IsReady());
        var snapshot = await world.GetAsync(SnapshotKinds.Snapshot, World.Namespace, "one");
        return (snapshot, await world.GetAsync(SnapshotKinds.Content, null, snapshot.BoundContent()!));
    }

    private static Task<JsonObject> CreateAsync(World world, string className) => CreateAsync(world, World.Json(
        $$$"""{"source":{"persistentVolumeClaimName":"{{{World.DatabaseClaim}}}"},"volumeSnapshotClassName":"{{{className}}}"}"""));

    private static Task<JsonObject> CreateAsync(World world, JsonObject spec) => world.Client.CreateAsync(
        Given.With(Given.Of(SnapshotKinds.Snapshot, World.Namespace, "one"), "spec", spec), dryRun: false, default);

    private static async Task ImportAsync(World world, string handle)
    {
        var content = Given.With(Given.Of(SnapshotKinds.Content, null, "imported"), "spec", World.Json($$$"""
            {"deletionPolicy":"Retain","driver":"csi.example.internal","source":{"snapshotHandle":"{{{handle}}}"},
             "volumeSnapshotRef":{"name":"one","namespace":"{{{World.Namespace}}}"} }
            """));
        await world.Client.CreateAsync(content, dryRun: false, default);
        await CreateAsync(world, World.Json("""{"source":{"volumeSnapshotContentName":"imported"}}"""));
    }
}
