using System.Text.Json.Nodes;
using RunAiDr.Cluster.Snapshots;
using RunAiDr.Core.Resources;
using RunAiDr.Tests.Cluster.Snapshots;
using RunAiDr.Tests.Support;
using World = RunAiDr.Tests.Cluster.Snapshots.RestoreWorld;

namespace RunAiDr.Tests.Sandbox.Controllers;

/// <summary>The doubles of binder and provisioner do what a restore has to reckon with.</summary>
public class VolumeControllerTests
{
    [Fact]
    public async Task A_claim_of_the_drivers_class_gets_a_volume()
    {
        await using var world = await World.StartAsync();
        await CreateAsync(world, "one");

        var claim = await BoundAsync(world, "one");

        var volume = await world.GetAsync(SnapshotKinds.Volume, null, (string)claim["spec"]!["volumeName"]!);
        Assert.Equal($"pvc-{claim.UidOf()}", volume.NameOf());
        Assert.Equal(("Bound", claim.UidOf(), "1Gi"), ((string?)volume["status"]!["phase"], (string?)volume["spec"]!["claimRef"]!["uid"], (string?)claim["status"]!["capacity"]!["storage"]));
        Assert.Equal("yes", (string?)claim["metadata"]!["annotations"]!["pv.kubernetes.io/bind-completed"]);
        Assert.Equal([(1L << 30, null)], world.Storage.Volumes.Select(stored => ((long)stored.Bytes, stored.Snapshot)));
    }

    [Theory]
    [InlineData("Delete", 0)]
    [InlineData("Retain", 1)]
    public async Task The_reclaim_policy_decides_what_becomes_of_a_volume_without_its_claim(string policy, int left)
    {
        await using var world = await World.StartAsync();
        await CreateAsync(world, "one");
        var volume = (string)(await BoundAsync(world, "one"))["spec"]!["volumeName"]!;
        await world.Client.PatchAsync(
            SnapshotKinds.Volume, null, volume, SnapshotWorld.Json($$$"""{"spec":{"persistentVolumeReclaimPolicy":"{{{policy}}}"} }"""), default);

        await world.Client.DeleteAsync(SnapshotKinds.Claim, World.Namespace, "one", default);

        await SnapshotWorld.EventuallyAsync(async () =>
            (string?)(await world.Client.GetAsync(SnapshotKinds.Volume, null, volume, default))?["status"]!["phase"] == (left == 0 ? null : "Released"));
        Assert.Equal(left, world.Storage.Volumes.Count);
    }

    [Fact]
    public async Task A_claim_waits_for_its_snapshot_and_is_filled_once_that_is_ready()
    {
        await using var world = await World.StartAsync();
        await CreateAsync(world, "one", Source("imported"), "50Gi");
        await ToldAsync(world, "one", "ProvisioningFailed", "\"imported\" not found");

        await ImportAsync(world);

        await BoundAsync(world, "one");
        Assert.Equal(World.Handle, await world.DataOfAsync("one"));
    }

    [Fact]
    public async Task A_claim_smaller_than_its_snapshot_is_refused()
    {
        await using var world = await World.StartAsync();
        await ImportAsync(world);

        await CreateAsync(world, "one", Source("imported"));

        await ToldAsync(world, "one", "ProvisioningFailed", "requested volume size 1073741824 is less than the size 53687091200 for the source snapshot imported");
        Assert.Empty(world.Storage.Volumes);
    }

    [Fact]
    public async Task A_class_may_wait_for_the_first_consumer()
    {
        await using var world = await World.StartAsync(waits: true);
        await CreateAsync(world, "one");
        await ToldAsync(world, "one", "WaitForFirstConsumer", "waiting for first consumer");
        Assert.Empty(world.Storage.Volumes);

        world.Load("""
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"user","namespace":"runai-backend"},
             "spec":{"containers":[{"name":"c","image":"i"}],"volumes":[{"name":"v","persistentVolumeClaim":{"claimName":"one"} }]} }
            """);

        await BoundAsync(world, "one");
    }

    [Fact]
    public async Task A_volume_that_does_not_fit_its_claim_is_not_bound()
    {
        await using var world = await World.StartAsync();
        world.LoadVolume("big", claim: null, "Available");
        await CreateAsync(world, "one", SnapshotWorld.Json("""{"volumeName":"big","storageClassName":"other"}"""));

        await ToldAsync(world, "one", "VolumeMismatch", "storageClassName does not match");
    }

    private static JsonObject Source(string snapshot) => SnapshotWorld.Json(
        $$$"""{"dataSource":{"apiGroup":"snapshot.storage.k8s.io","kind":"VolumeSnapshot","name":"{{{snapshot}}}"} }""");

    private static async Task CreateAsync(World world, string name, JsonObject? more = null, string size = "1Gi")
    {
        var spec = SnapshotWorld.Json($$$"""
            {"accessModes":["ReadWriteOnce"],"storageClassName":"fast-ssd","resources":{"requests":{"storage":"{{{size}}}"} } }
            """);
        foreach (var (field, value) in more ?? [])
        {
            spec[field] = value?.DeepClone();
        }

        await world.Client.CreateAsync(Given.With(Given.Of(SnapshotKinds.Claim, World.Namespace, name), "spec", spec), dryRun: false, default);
    }

    private static async Task ImportAsync(World world)
    {
        await world.Client.CreateAsync(
            Given.With(Given.Of(SnapshotKinds.Content, null, "imported"), "spec", SnapshotWorld.Json($$$"""
                {"deletionPolicy":"Retain","driver":"{{{World.Driver}}}","source":{"snapshotHandle":"{{{World.Handle}}}"},
                 "volumeSnapshotRef":{"name":"imported","namespace":"{{{World.Namespace}}}"} }
                """)),
            dryRun: false, default);
        await world.Client.CreateAsync(
            Given.With(
                Given.Of(SnapshotKinds.Snapshot, World.Namespace, "imported"), "spec",
                SnapshotWorld.Json("""{"source":{"volumeSnapshotContentName":"imported"} }""")),
            dryRun: false, default);
        await SnapshotWorld.EventuallyAsync(async () => (await world.GetAsync(SnapshotKinds.Snapshot, World.Namespace, "imported")).IsReady());
    }

    private static async Task<JsonObject> BoundAsync(World world, string claim)
    {
        await SnapshotWorld.EventuallyAsync(async () => (string?)(await world.ClaimAsync(claim))["status"]!["phase"] == "Bound");
        return await world.ClaimAsync(claim);
    }

    private static Task ToldAsync(World world, string claim, string reason, string message) => SnapshotWorld.EventuallyAsync(async () =>
        (await world.Client.EventsOfAsync(World.Namespace, (await world.ClaimAsync(claim)).UidOf(), default))
            .Any(told => told.Text("reason") == reason && told.Text("message")!.Contains(message, StringComparison.Ordinal)));
}
