using System.Text.Json.Nodes;
using RunAiDr.Cluster.Snapshots;
using RunAiDr.Core.Snapshots;
using RunAiDr.Tests.Support;
using World = RunAiDr.Tests.Cluster.Snapshots.SnapshotWorld;

namespace RunAiDr.Tests.Cluster.Snapshots;

/// <summary>Which claim is snapshotted with which class, and what stands against it.</summary>
public class CsiTargetTests
{
    private const string Postgres = "runai-backend-postgresql";
    private const string Volume = "pvc-6b0e6a52-9c1d-4a77-8e0b-2f4c1d9a7e01";

    [Fact]
    public async Task An_existing_claim_that_the_StatefulSet_mounts_goes_before_the_name_it_would_have_made()
    {
        await using var world = await World.StartAsync();
        await world.CopyClaimAsync(World.DatabaseClaim, "pvc-postgresql");
        var workload = await world.GetAsync(SnapshotKinds.StatefulSet, World.Namespace, Postgres);
        workload["spec"]!.AsObject().Remove("volumeClaimTemplates");
        workload["spec"]!["template"]!["spec"]!["volumes"] =
            JsonNode.Parse("""[{"name":"data","persistentVolumeClaim":{"claimName":"pvc-postgresql"}}]""");
        world.Server.Load(workload);

        Assert.Equal("pvc-postgresql", (await world.TakenAsync()).Csi!.Claim);
    }

    [Theory]
    [InlineData(World.DatabaseClaim)]
    [InlineData("pvc-postgresql")]
    public async Task Without_a_StatefulSet_the_names_of_old_and_new_versions_are_looked_for(string claim)
    {
        await using var world = await World.StartAsync();
        await world.DeleteAsync(SnapshotKinds.StatefulSet, World.Namespace, Postgres);
        if (claim != World.DatabaseClaim)
        {
            await world.CopyClaimAsync(World.DatabaseClaim, claim);
            await world.DeleteAsync(SnapshotKinds.Claim, World.Namespace, World.DatabaseClaim);
        }

        Assert.Equal(claim, (await world.TakenAsync()).Csi!.Claim);
    }

    [Fact]
    public async Task Volumes_of_other_replicas_are_missed_in_a_warning_for_metrics_and_fail_for_the_database()
    {
        await using var world = await World.StartAsync();
        foreach (var name in (string[])[Postgres, "runai-backend-thanos-receive"])
        {
            var workload = await world.GetAsync(SnapshotKinds.StatefulSet, World.Namespace, name);
            workload["spec"]!["replicas"] = 2;
            world.Server.Load(workload);
        }

        var outcomes = await world.TakeBothAsync();

        Assert.Contains($"StatefulSet {World.Namespace}/{Postgres} has 2 volumes", outcomes[0].Failure, StringComparison.Ordinal);
        Assert.Equal(
            "1 of 2 volumes of StatefulSet runai-backend-thanos-receive: the others are not in this snapshot",
            Assert.Single(outcomes[1].Reference!.Warnings));
        Assert.Empty((await world.TakenAsync(new CsiOptions { DatabaseClaim = World.DatabaseClaim })).Warnings);
    }

    [Fact]
    public async Task Two_possible_claims_fail_unless_one_is_named()
    {
        await using var world = await World.StartAsync();
        await world.DeleteAsync(SnapshotKinds.StatefulSet, World.Namespace, Postgres);
        await world.CopyClaimAsync(World.DatabaseClaim, "pvc-postgresql");

        var outcome = await world.TakeAsync();

        Assert.Contains($"claims {World.DatabaseClaim} and pvc-postgresql", outcome.Failure, StringComparison.Ordinal);
        Assert.Equal("pvc-postgresql", (await world.TakenAsync(new CsiOptions { DatabaseClaim = "pvc-postgresql" })).Csi!.Claim);
    }

    [Fact]
    public async Task A_named_claim_that_is_not_there_fails()
    {
        await using var world = await World.StartAsync();

        var outcome = await world.TakeAsync(new CsiOptions { DatabaseClaim = "elsewhere" });

        Assert.Contains("no claim elsewhere, which the configuration names for the database", outcome.Failure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, "thanos.receive.persistence may be off")]
    [InlineData(true, "on OpenShift the metrics live in its own monitoring")]
    public async Task No_metrics_claim_is_in_order(bool openShift, string words)
    {
        await using var world = await World.StartAsync();
        await world.DeleteAsync(SnapshotKinds.StatefulSet, World.Namespace, "runai-backend-thanos-receive");
        await world.DeleteAsync(SnapshotKinds.Claim, World.Namespace, World.MetricsClaim);
        if (openShift)
        {
            var route = Given.WidgetDefinition().Body;
            route["metadata"]!["name"] = "widgets.route.openshift.io";
            route["spec"]!["group"] = "route.openshift.io";
            world.Server.Load(route);
        }

        var outcome = Assert.Single(await world.Provider().TakeAsync(World.Request(SnapshotComponent.Metrics), world, default));

        Assert.Contains(words, outcome.Absence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_database_claim_fails_and_says_that_the_database_may_be_external()
    {
        await using var world = await World.StartAsync();
        await world.DeleteAsync(SnapshotKinds.StatefulSet, World.Namespace, Postgres);
        await world.DeleteAsync(SnapshotKinds.Claim, World.Namespace, World.DatabaseClaim);

        Assert.Contains("If the database is external", (await world.TakeAsync()).Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_claim_that_is_not_bound_fails()
    {
        await using var world = await World.StartAsync();
        var claim = await world.GetAsync(SnapshotKinds.Claim, World.Namespace, World.DatabaseClaim);
        claim["status"]!["phase"] = "Lost";
        world.Server.Load(claim);

        Assert.Contains($"Claim {World.Namespace}/{World.DatabaseClaim} is not bound to a volume (phase Lost)", (await world.TakeAsync()).Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_volume_that_is_not_CSI_fails_by_its_type()
    {
        await using var world = await World.StartAsync();
        var volume = await world.GetAsync(SnapshotKinds.Volume, null, Volume);
        volume["spec"]!.AsObject().Remove("csi");
        volume["spec"]!["nfs"] = World.Json("""{"server":"nas","path":"/export"}""");
        world.Server.Load(volume);

        var outcome = await world.TakeAsync();

        Assert.Contains($"Volume {Volume} of claim {World.Namespace}/{World.DatabaseClaim} is no CSI volume but nfs", outcome.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_without_the_snapshot_kinds_fails_by_name()
    {
        await using var world = await World.StartAsync(kinds: false);

        Assert.Contains("does not serve snapshot.storage.k8s.io/v1", (await world.TakeAsync()).Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_class_of_the_driver_the_others_are_named()
    {
        await using var world = await World.StartAsync();
        await world.DeleteAsync(SnapshotKinds.Class, null, "fast-ssd-snapshots");
        world.LoadClass("nfs-snapshots", driver: "nfs.csi.example.internal");

        var outcome = await world.TakeAsync();

        Assert.Contains("no VolumeSnapshotClass of driver csi.example.internal (of other drivers: nfs-snapshots)", outcome.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_default_class_of_the_driver_is_taken()
    {
        await using var world = await World.StartAsync();
        world.LoadClass("preferred", isDefault: true);
        world.LoadClass("of-another-driver", "nfs.csi.example.internal", isDefault: true);

        Assert.Equal("preferred", (await world.TakenAsync()).Csi!.SnapshotClass);
    }

    [Theory]
    [InlineData(false, "has the VolumeSnapshotClasses another, fast-ssd-snapshots and none is the default")]
    [InlineData(true, "more than one default VolumeSnapshotClass: another, yet-another")]
    public async Task Several_classes_without_one_default_fail_unless_one_is_named(bool defaults, string words)
    {
        await using var world = await World.StartAsync();
        world.LoadClass("another", isDefault: defaults);
        if (defaults)
        {
            world.LoadClass("yet-another", isDefault: true);
        }

        var outcome = await world.TakeAsync();

        Assert.Contains(words, outcome.Failure, StringComparison.Ordinal);
        Assert.Equal("another", (await world.TakenAsync(new CsiOptions { SnapshotClass = "another" })).Csi!.SnapshotClass);
    }

    [Fact]
    public async Task A_named_class_must_be_of_the_driver()
    {
        await using var world = await World.StartAsync();
        world.LoadClass("nfs-snapshots", driver: "nfs.csi.example.internal");

        var outcome = await world.TakeAsync(new CsiOptions { SnapshotClass = "nfs-snapshots" });

        Assert.Contains("VolumeSnapshotClass nfs-snapshots, which the configuration names, does not exist or is not of driver", outcome.Failure, StringComparison.Ordinal);
    }
}
