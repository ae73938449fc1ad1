using System.Text.Json.Nodes;
using RunAiDr.Cluster.Snapshots;
using RunAiDr.Core.Snapshots;
using World = RunAiDr.Tests.Cluster.Snapshots.SnapshotWorld;

namespace RunAiDr.Tests.Cluster.Snapshots;

public class CsiTakingTests
{
    private static readonly CsiOptions Short = new() { Timeout = TimeSpan.FromSeconds(10) };

    [Fact]
    public async Task A_snapshot_is_taken_and_everything_a_restore_needs_is_in_the_reference()
    {
        await using var world = await World.StartAsync();

        var reference = await world.TakenAsync();

        var csi = reference.Csi!;
        Assert.Equal(("csi", "nightly", World.Location), (reference.Provider, reference.Checkpoint, reference.Location));
        Assert.Equal(("csi.example.internal", "fast-ssd-snapshots", World.DatabaseClaim), (csi.Driver, csi.SnapshotClass, csi.Claim));
        Assert.Equal([csi.SnapshotHandle], world.Storage.Handles);
        Assert.Equal((53687091200, "Retain"), (csi.RestoreSize, csi.DeletionPolicy));
        Assert.Null(csi.GroupSnapshotHandle);
        Assert.True(JsonNode.DeepEquals(
            World.Json("""{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"50Gi"}},"storageClassName":"fast-ssd","volumeMode":"Filesystem"}"""),
            csi.ClaimSpec));
        Assert.Contains(world.Steps, step => step.StartsWith("waiting for the driver, ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_recovery_point_is_when_the_storage_cut_it_to_the_tick()
    {
        await using var world = await World.StartAsync();

        var reference = await world.TakenAsync();

        var content = await world.GetAsync(SnapshotKinds.Content, null, reference.Csi!.Content);
        var ticks = content["status"]!["creationTime"]!.GetValue<long>() / 100;
        Assert.Equal(DateTimeOffset.UnixEpoch.AddTicks(ticks), reference.TakenAt);
    }

    [Fact]
    public async Task Snapshot_and_content_carry_our_labels_and_the_data_is_retained_whatever_the_class_says()
    {
        await using var world = await World.StartAsync();

        var csi = (await world.TakenAsync()).Csi!;

        var snapshot = await world.GetAsync(SnapshotKinds.Snapshot, World.Namespace, World.DatabaseSnapshot);
        var content = await world.GetAsync(SnapshotKinds.Content, null, csi.Content);
        var labels = World.Json(
            """{"app.kubernetes.io/managed-by":"runai-dr","runai-dr/cluster":"prod","runai-dr/checkpoint":"nightly","runai-dr/component":"database"}""");
        Assert.True(JsonNode.DeepEquals(labels, snapshot["metadata"]!["labels"]));
        Assert.True(JsonNode.DeepEquals(labels, content["metadata"]!["labels"]));
        Assert.Equal("Retain", content.PolicyOf());
    }

    [Fact]
    public async Task Losing_the_VolumeSnapshot_does_not_lose_the_data()
    {
        await using var world = await World.StartAsync();
        var reference = await world.TakenAsync();

        await world.DeleteAsync(SnapshotKinds.Snapshot, World.Namespace, World.DatabaseSnapshot);

        Assert.Equal([reference.Csi!.SnapshotHandle], world.Storage.Handles);
    }

    [Fact]
    public async Task Both_components_are_taken_one_beside_the_other_where_the_cluster_knows_no_groups()
    {
        await using var world = await World.StartAsync();

        var outcomes = await world.TakeBothAsync();

        Assert.Equal([SnapshotComponent.Database, SnapshotComponent.Metrics], outcomes.Select(o => o.Reference!.Component));
        Assert.Equal([World.DatabaseClaim, World.MetricsClaim], outcomes.Select(o => o.Reference!.Csi!.Claim));
        Assert.All(outcomes, outcome => Assert.Empty(outcome.Reference!.Warnings));
        Assert.Equal(2, world.Storage.Handles.Count);
    }

    [Fact]
    public async Task A_snapshot_of_that_name_is_never_touched()
    {
        await using var world = await World.StartAsync();
        await world.TakenAsync();
        var before = await world.GetAsync(SnapshotKinds.Snapshot, World.Namespace, World.DatabaseSnapshot);

        var outcome = await world.TakeAsync();

        Assert.Contains($"VolumeSnapshot {World.Location} exists already", outcome.Failure, StringComparison.Ordinal);
        Assert.True(JsonNode.DeepEquals(before, await world.GetAsync(SnapshotKinds.Snapshot, World.Namespace, World.DatabaseSnapshot)));
        Assert.Single(world.Storage.Handles);
    }

    [Fact]
    public async Task An_error_that_stays_fails_with_the_words_of_the_driver_and_leaves_nothing()
    {
        await using var world = await World.StartAsync();
        world.ErrorPatience = TimeSpan.FromSeconds(2);
        world.Storage.Error = "rpc error: code = OutOfRange desc = too many snapshots";

        var outcome = await world.TakeAsync();

        Assert.Contains("fails and keeps failing", outcome.Failure, StringComparison.Ordinal);
        Assert.Contains("too many snapshots", outcome.Failure, StringComparison.Ordinal);
        Assert.DoesNotContain("left behind", outcome.Failure, StringComparison.Ordinal);
        await world.AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task An_error_that_passes_does_no_harm()
    {
        await using var world = await World.StartAsync();
        world.Storage.Error = "rpc error: code = Internal";
        var taking = world.TakeAsync();
        await World.EventuallyAsync(async () =>
            (await world.Client.GetAsync(SnapshotKinds.Snapshot, World.Namespace, World.DatabaseSnapshot, default))?.ErrorOf() is not null);

        world.Storage.Error = null;

        Assert.NotNull((await taking).Reference);
    }

    [Fact]
    public async Task An_error_of_a_driver_that_may_still_be_at_work_is_waited_out()
    {
        await using var world = await World.StartAsync();
        world.ErrorPatience = TimeSpan.FromSeconds(10);
        world.Storage.Error = "rpc error: code = DeadlineExceeded";
        var taking = world.TakeAsync();
        await World.EventuallyAsync(async () =>
            (await world.Client.GetAsync(SnapshotKinds.Snapshot, World.Namespace, World.DatabaseSnapshot, default))?.ErrorOf() is not null);
        await world.LooksAsync();

        world.Storage.Error = null;

        Assert.NotNull((await taking).Reference);
    }

    [Fact]
    public async Task A_snapshot_that_never_becomes_usable_fails_after_the_time_limit_and_leaves_nothing()
    {
        await using var world = await World.StartAsync();
        world.Storage.NeverReady = true;

        var outcome = await world.TakeAsync(Short);

        Assert.Contains("was not usable within 10 s", outcome.Failure, StringComparison.Ordinal);
        await world.AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task A_snapshot_that_is_deleted_while_it_is_waited_for_fails_and_leaves_nothing()
    {
        await using var world = await World.StartAsync();
        world.Storage.NeverReady = true;
        var taking = world.TakeAsync();
        await World.EventuallyAsync(() => Task.FromResult(world.Storage.Handles.Count == 1));

        await world.Client.DeleteAsync(SnapshotKinds.Snapshot, World.Namespace, World.DatabaseSnapshot, default);

        Assert.Contains("was deleted while it was waited for", (await taking).Failure, StringComparison.Ordinal);
        await world.AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Cancelling_leaves_nothing_not_even_what_is_finished()
    {
        await using var world = await World.StartAsync();
        await world.LoseVolumeAsync(World.MetricsClaim);
        using var stop = new CancellationTokenSource();
        var taking = world.Provider().TakeAsync(
            World.Request(SnapshotComponent.Database, SnapshotComponent.Metrics), world, stop.Token);
        await World.EventuallyAsync(async () =>
            (await world.Client.ListAsync(new(SnapshotKinds.Content), default)).Any(content => content.PolicyOf() == "Retain"));

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => taking);
        await world.AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task One_component_that_fails_does_not_take_the_other_with_it()
    {
        await using var world = await World.StartAsync();
        await world.PatchAsync(SnapshotKinds.Claim, World.Namespace, World.MetricsClaim, """{"metadata":{"labels":{"x":"y"}}}""");
        await world.DeleteAsync(SnapshotKinds.StatefulSet, World.Namespace, "runai-backend-thanos-receive");
        await world.CopyClaimAsync(World.MetricsClaim, "pvc-thanos-receive");

        var outcomes = await world.TakeBothAsync();

        Assert.NotNull(outcomes[0].Reference);
        Assert.Contains($"{World.MetricsClaim} and pvc-thanos-receive", outcomes[1].Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_rights_are_a_failed_outcome_that_names_the_rule()
    {
        await using var world = await World.StartAsync();

        var outcome = Assert.Single(await world.Provider(token: "nobody").TakeAsync(World.Request(), world, default));

        Assert.Contains("forbidden (403)", outcome.Failure, StringComparison.Ordinal);
        Assert.Contains("resources: [\"statefulsets\"]", outcome.Failure, StringComparison.Ordinal);
    }
}
