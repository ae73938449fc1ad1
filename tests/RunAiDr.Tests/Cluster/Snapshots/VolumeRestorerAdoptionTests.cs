using RunAiDr.Cluster.Snapshots;
using RunAiDr.Core.Rehydration;
using World = RunAiDr.Tests.Cluster.Snapshots.RestoreWorld;

namespace RunAiDr.Tests.Cluster.Snapshots;

/// <summary>A volume that a backup tool outside CSI has brought back.</summary>
public class VolumeRestorerAdoptionTests
{
    private const string Volume = "brought-back";

    [Theory]
    [InlineData("Released", "lost/old-claim")]
    [InlineData("Released", "runai-backend/data-runai-backend-postgresql-0")]
    [InlineData("Available", null)]
    public async Task A_free_volume_is_kept_from_deletion_and_given_to_the_claim(string phase, string? claim)
    {
        await using var world = await World.StartAsync();
        world.LoadVolume(Volume, claim, phase);

        var outcome = await world.RestoreAsync(World.Wanted() with { ExistingVolume = Volume });

        Assert.Equal(ApplyAction.Created, outcome.Action);
        var volume = await world.GetAsync(SnapshotKinds.Volume, null, Volume);
        Assert.Equal("Retain", (string?)volume["spec"]!["persistentVolumeReclaimPolicy"]);
        var restored = await world.ClaimAsync();
        Assert.Equal((Volume, "Bound"), ((string?)restored["spec"]!["volumeName"], (string?)restored["status"]!["phase"]));
        Assert.Equal("80Gi", (string?)restored["spec"]!["resources"]!["requests"]!["storage"]);
        Assert.Equal(restored.UidOf(), (string?)volume["spec"]!["claimRef"]!["uid"]);
        Assert.Empty(await world.Client.ListAsync(new(SnapshotKinds.Content), default));
        Assert.Equal(ApplyAction.Unchanged, (await world.RestoreAsync(World.Wanted() with { ExistingVolume = Volume })).Action);
        Assert.Equal(PlannedAction.Unchanged, (await world.PlanAsync(World.Wanted() with { ExistingVolume = Volume })).Action);
    }

    [Fact]
    public async Task A_volume_of_another_claim_is_a_conflict_and_left_alone()
    {
        await using var world = await World.StartAsync();
        world.LoadVolume(Volume, claim: null, "Available");
        await world.RestoreAsync(World.Wanted() with { ExistingVolume = Volume, Claim = "other" });
        var before = (await world.GetAsync(SnapshotKinds.Volume, null, Volume)).ToJsonString();

        var outcome = await world.RestoreAsync(World.Wanted() with { ExistingVolume = Volume });

        Assert.Equal(ApplyAction.Conflict, outcome.Action);
        Assert.Contains("bound to PersistentVolumeClaim runai-backend/other", outcome.Reason, StringComparison.Ordinal);
        Assert.Equal(before, (await world.GetAsync(SnapshotKinds.Volume, null, Volume)).ToJsonString());
        Assert.Null(await world.Client.GetAsync(SnapshotKinds.Claim, World.Namespace, World.Claim, default));
        Assert.Equal(PlannedAction.Conflict, (await world.PlanAsync(World.Wanted() with { ExistingVolume = Volume })).Action);
    }

    [Fact]
    public async Task A_claim_of_something_else_is_a_conflict_and_the_volume_left_alone()
    {
        await using var world = await World.StartAsync();
        world.LoadVolume(Volume, policy: "Retain");
        await world.RestoredAsync();
        await SnapshotWorld.EventuallyAsync(async () =>
            (string?)(await world.GetAsync(SnapshotKinds.Volume, null, Volume))["status"]!["phase"] == "Released");
        var before = (await world.GetAsync(SnapshotKinds.Volume, null, Volume)).ToJsonString();

        var outcome = await world.RestoreAsync(World.Wanted() with { ExistingVolume = Volume });

        Assert.Equal(ApplyAction.Conflict, outcome.Action);
        Assert.Equal(before, (await world.GetAsync(SnapshotKinds.Volume, null, Volume)).ToJsonString());
    }

    [Fact]
    public async Task A_volume_that_is_not_there_fails_and_blocks()
    {
        await using var world = await World.StartAsync();
        var wanted = World.Wanted() with { ExistingVolume = "gone" };

        Assert.Equal(ApplyAction.Failed, (await world.RestoreAsync(wanted)).Action);
        Assert.Contains((await world.PlanAsync(wanted)).Checks, check =>
            check.Result == CheckResult.Blocked && check.Finding.Contains("gone is not there", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_dry_run_persists_nothing()
    {
        await using var world = await World.StartAsync();
        world.LoadVolume(Volume, policy: "Retain");
        await SnapshotWorld.EventuallyAsync(async () =>
            (string?)(await world.GetAsync(SnapshotKinds.Volume, null, Volume))["status"]!["phase"] == "Released");
        var before = world.Server.Revision;

        Assert.Equal(ApplyAction.Created, (await world.RestoreAsync(World.Wanted() with { ExistingVolume = Volume, DryRun = true })).Action);
        Assert.Equal(before, world.Server.Revision);
    }
}
