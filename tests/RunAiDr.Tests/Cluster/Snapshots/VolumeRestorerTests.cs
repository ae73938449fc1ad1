using RunAiDr.Cluster.Snapshots;
using RunAiDr.Core;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Resources;
using RunAiDr.Sandbox;
using World = RunAiDr.Tests.Cluster.Snapshots.RestoreWorld;

namespace RunAiDr.Tests.Cluster.Snapshots;

public class VolumeRestorerTests
{
    [Fact]
    public async Task A_handle_becomes_a_bound_claim_with_the_data_and_the_saved_spec()
    {
        await using var world = await World.StartAsync();

        var outcome = await world.RestoreAsync();

        Assert.Equal((ApplyAction.Created, null), (outcome.Action, outcome.Reason));
        var claim = await world.ClaimAsync();
        Assert.Equal("Bound", (string?)claim["status"]!["phase"]);
        Assert.Equal(World.Handle, await world.DataOfAsync());
        Assert.Equal(
            ("fast-ssd", "50Gi", "ReadWriteOnce", "Filesystem"),
            ((string?)claim["spec"]!["storageClassName"], (string?)claim["spec"]!["resources"]!["requests"]!["storage"],
                (string?)claim["spec"]!["accessModes"]![0], (string?)claim["spec"]!["volumeMode"]));
        Assert.Equal((string?)claim["spec"]!["dataSource"]!["name"], (string?)claim["spec"]!["dataSourceRef"]!["name"]);
        var content = await world.OnlyAsync(SnapshotKinds.Content);
        Assert.Equal(("Retain", "fast-ssd-snapshots"), (content.PolicyOf(), (string?)content["spec"]!["volumeSnapshotClassName"]));
        Assert.NotEmpty(world.Steps);
    }

    [Fact]
    public async Task Repeating_changes_nothing()
    {
        await using var world = await World.StartAsync();
        await world.RestoredAsync();
        var before = await RevisionsAsync(world);

        var outcome = await world.RestoreAsync();

        Assert.Equal(ApplyAction.Unchanged, outcome.Action);
        Assert.Equal(before, await RevisionsAsync(world));
    }

    [Fact]
    public async Task What_is_made_on_the_way_is_neither_listed_nor_deleted_as_a_snapshot_of_ours_and_keeps_the_data()
    {
        await using var world = await World.StartAsync();
        await world.RestoredAsync();
        var snapshot = await world.OnlyAsync(SnapshotKinds.Snapshot);
        var provider = new CsiSnapshots(world.Client, new CsiOptions(), TimeProvider.System);

        Assert.Empty(await provider.ListAsync("prod", default));
        var refused = await Assert.ThrowsAsync<RunAiDrException>(
            () => provider.DeleteAsync($"{World.Namespace}/{snapshot.NameOf()}", default));
        Assert.Contains("was not made by runai-dr", refused.Message, StringComparison.Ordinal);

        await world.Client.DeleteAsync(SnapshotKinds.Snapshot, World.Namespace, snapshot.NameOf(), default);
        await world.Client.DeleteAsync(SnapshotKinds.Content, null, snapshot.NameOf(), default);
        await SnapshotWorld.EventuallyAsync(async () => (await world.Client.ListAsync(new(SnapshotKinds.Content), default)).Count == 0);
        Assert.Equal([World.Handle], world.Storage.Handles);
    }

    [Theory]
    [InlineData("nightly")]
    [InlineData("a-very-long-name-of-a-checkpoint-with-50-characters")]
    public async Task Names_are_legal_however_long_that_of_the_checkpoint_is(string checkpoint)
    {
        await using var world = await World.StartAsync();

        await world.RestoredAsync(World.Wanted(checkpoint));

        var name = (await world.OnlyAsync(SnapshotKinds.Content)).NameOf();
        Assert.Matches("^restored-[a-z0-9-]+-database-[0-9a-f]{8}$", name);
        Assert.True(name.Length <= 63, name);
    }

    [Theory]
    [InlineData("10Gi", 53687091200, "50Gi")]
    [InlineData("10Gi", null, "50Gi")] // the content tells
    [InlineData("60G", 53687091200, "60G")]
    [InlineData(null, 53687091201, "53687091201")]
    public async Task The_claim_is_as_large_as_saved_and_never_smaller_than_the_snapshot(string? saved, long? restoreSize, string expected)
    {
        await using var world = await World.StartAsync();
        var spec = SnapshotWorld.Json("""{"accessModes":["ReadWriteOnce"],"storageClassName":"fast-ssd"}""");
        if (saved is not null)
        {
            spec["resources"] = SnapshotWorld.Json($$$"""{"requests":{"storage":"{{{saved}}}"} }""");
        }

        var wanted = World.Wanted(claim: spec);
        await world.RestoredAsync(wanted with { Snapshot = wanted.Saved with { RestoreSize = restoreSize } });

        Assert.Equal(expected, (string?)(await world.ClaimAsync())["spec"]!["resources"]!["requests"]!["storage"]);
    }

    [Fact]
    public async Task A_storage_class_is_mapped_and_the_default_one_taken_where_none_is_named()
    {
        await using var world = await World.StartAsync();
        world.LoadClass("gold");
        world.LoadClass("silver", isDefault: true);
        var unnamed = World.Wanted(claim: SnapshotWorld.Json("""{"accessModes":["ReadWriteOnce"]}""")) with { Claim = "unnamed" };

        await world.RestoredAsync(World.InClass("gold") with { Claim = "mapped" });
        await world.RestoredAsync(unnamed);

        Assert.Equal("gold", (string?)(await world.ClaimAsync("mapped"))["spec"]!["storageClassName"]);
        Assert.Equal("silver", (string?)(await world.ClaimAsync("unnamed"))["spec"]!["storageClassName"]);
    }

    [Fact]
    public async Task A_claim_that_waits_for_its_first_consumer_is_done_and_bound_once_a_pod_uses_it()
    {
        await using var world = await World.StartAsync(waits: true, workloads: new SandboxWorkloads { Delay = TimeSpan.Zero });

        var outcome = await world.RestoreAsync();

        Assert.Equal((ApplyAction.Created, "waits for its first consumer"), (outcome.Action, outcome.Reason));
        Assert.Equal(ApplyAction.Unchanged, (await world.RestoreAsync()).Action);
        Assert.Empty(world.Storage.Volumes);
        world.Load("""
            {"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"runai-backend-postgresql","namespace":"runai-backend","generation":1},
             "spec":{"replicas":1,"serviceName":"pg","selector":{"matchLabels":{"app":"pg"} },
               "template":{"metadata":{"labels":{"app":"pg"} },"spec":{"containers":[{"name":"pg","image":"pg"}]} },
               "volumeClaimTemplates":[{"metadata":{"name":"data"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"} } } }]} }
            """);
        var set = new ResourceKind("apps", "v1", "StatefulSet", "statefulsets", true);
        await SnapshotWorld.EventuallyAsync(async () =>
            (int?)(await world.GetAsync(set, World.Namespace, "runai-backend-postgresql"))["status"]?["readyReplicas"] == 1);
        Assert.Equal(World.Handle, await world.DataOfAsync());
        Assert.Equal(ApplyAction.Unchanged, (await world.RestoreAsync()).Action);
    }

    [Fact]
    public async Task A_claim_of_something_else_is_a_conflict_and_left_alone()
    {
        await using var world = await World.StartAsync();
        world.Load($$$"""
            {"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"{{{World.Claim}}}","namespace":"{{{World.Namespace}}}"},
             "spec":{"accessModes":["ReadWriteOnce"],"storageClassName":"none","resources":{"requests":{"storage":"1Gi"} } },"status":{"phase":"Pending"} }
            """);
        var before = (await world.ClaimAsync()).ToJsonString();

        var outcome = await world.RestoreAsync();

        Assert.Equal(ApplyAction.Conflict, outcome.Action);
        Assert.Contains("was not made from a snapshot", outcome.Reason, StringComparison.Ordinal);
        Assert.Equal(before, (await world.ClaimAsync()).ToJsonString());
        Assert.Empty(await world.Client.ListAsync(new(SnapshotKinds.Content), default));
        var plan = await world.PlanAsync();
        Assert.Equal(PlannedAction.Conflict, plan.Action);
        Assert.Contains(plan.Checks, check => check.Result == CheckResult.Blocked && check.Finding == plan.Reason);
    }

    [Fact]
    public async Task A_dry_run_persists_nothing_and_tells_what_it_could_not_check()
    {
        await using var world = await World.StartAsync();
        var before = world.Server.Revision;

        var outcome = await world.RestoreAsync(World.Wanted() with { DryRun = true });
        var elsewhere = await world.RestoreAsync(World.Wanted() with { DryRun = true, Namespace = "new" });

        Assert.Equal(ApplyAction.Created, outcome.Action);
        Assert.Contains("namespace new is not there yet", elsewhere.Reason, StringComparison.Ordinal);
        Assert.Equal(before, world.Server.Revision);
    }

    [Fact]
    public async Task What_a_checkpoint_took_of_one_cluster_is_restored_in_another()
    {
        await using var lost = await SnapshotWorld.StartAsync();
        var saved = (await lost.TakenAsync()).Csi!;
        await using var world = await World.StartAsync();
        world.Storage.Add(new StoredSnapshot(saved.SnapshotHandle, World.Size, DateTimeOffset.UnixEpoch.AddYears(56)));

        await world.RestoredAsync(World.Wanted() with { Snapshot = saved });

        Assert.Equal(saved.SnapshotHandle, await world.DataOfAsync());
    }

    private static async Task<List<string?>> RevisionsAsync(World world)
    {
        var found = new List<string?>();
        foreach (var kind in (ResourceKind[])[SnapshotKinds.Content, SnapshotKinds.Snapshot, SnapshotKinds.Claim, SnapshotKinds.Volume])
        {
            found.AddRange((await world.Client.ListAsync(new(kind), default)).Select(one => one["metadata"]!.AsObject().Text("resourceVersion")));
        }

        return found;
    }
}
