using RunAiDr.Cluster.Snapshots;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Snapshots;
using RunAiDr.Sandbox;
using World = RunAiDr.Tests.Cluster.Snapshots.RestoreWorld;

namespace RunAiDr.Tests.Cluster.Snapshots;

public class VolumeRestorerFaultTests
{
    [Fact]
    public async Task A_handle_that_the_driver_does_not_know_fails_with_its_words_and_repeating_works_once_it_does()
    {
        await using var world = await World.StartAsync();
        var wanted = World.Wanted(handle: "snap-lost");

        var outcome = await world.FailAsync(wanted);

        Assert.Equal(ApplyAction.Failed, outcome.Action);
        Assert.Contains("can not find snapshot for snapshotID snap-lost", outcome.Reason, StringComparison.Ordinal);
        Assert.Contains("csi-snapshotter", outcome.Reason, StringComparison.Ordinal);
        var failed = (await world.OnlyAsync(SnapshotKinds.Content)).UidOf();

        world.Storage.Add(new StoredSnapshot("snap-lost", World.Size, DateTimeOffset.UnixEpoch.AddYears(56)));
        await world.RestoredAsync(wanted);

        Assert.Equal("snap-lost", await world.DataOfAsync());
        Assert.NotEqual(failed, (await world.OnlyAsync(SnapshotKinds.Content)).UidOf());
    }

    [Fact]
    public async Task A_snapshot_that_is_never_ready_fails_when_the_time_is_over()
    {
        await using var world = await World.StartAsync();
        world.Storage.NeverReady = true;

        var outcome = await world.RestoreAsync(World.Wanted() with { WaitLimit = TimeSpan.FromSeconds(20) });

        Assert.Equal(ApplyAction.Failed, outcome.Action);
        Assert.Contains("was not usable within 20 s", outcome.Reason, StringComparison.Ordinal);
        world.Storage.NeverReady = false;
        await world.RestoredAsync();
    }

    [Fact]
    public async Task A_volume_that_cannot_be_made_fails_with_the_events_of_the_claim_and_repeating_goes_on()
    {
        await using var world = await World.StartAsync();
        world.Storage.VolumeError = "rpc error: code = ResourceExhausted desc = pool is full";

        var outcome = await world.FailAsync(World.Wanted());

        Assert.Equal(ApplyAction.Failed, outcome.Action);
        Assert.Contains("pool is full", outcome.Reason, StringComparison.Ordinal);
        Assert.Contains("csi-provisioner", outcome.Reason, StringComparison.Ordinal);
        Assert.Contains(outcome.Details, told => told.StartsWith("ProvisioningFailed: ", StringComparison.Ordinal));
        world.Storage.VolumeError = null;
        Assert.Equal(ApplyAction.Unchanged, (await world.FailAsync(World.Wanted())).Action);
        Assert.Equal(World.Handle, await world.DataOfAsync());
    }

    [Fact]
    public async Task A_storage_class_that_is_not_there_or_cannot_read_the_snapshot_blocks_and_fails()
    {
        await using var world = await World.StartAsync();
        world.LoadClass("foreign", "other.example.internal");

        var missing = await world.FailAsync(World.InClass("gone"));

        Assert.Contains("\"gone\" not found", missing.Reason, StringComparison.Ordinal);
        Assert.Contains(Blocked(await world.PlanAsync(World.InClass("gone"))), finding => finding == "storage class gone is not there");
        Assert.Contains(
            Blocked(await world.PlanAsync(World.InClass("foreign"))),
            finding => finding.Contains("is of provisioner other.example.internal", StringComparison.Ordinal));
        Assert.Contains(
            Blocked(await world.PlanAsync(World.Wanted(claim: []))), finding => finding.Contains("no default one", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_the_kinds_of_snapshots_the_plan_blocks_and_restoring_fails()
    {
        await using var world = await World.StartAsync(kinds: false);

        Assert.Contains(Blocked(await world.PlanAsync()), finding => finding.Contains("does not serve", StringComparison.Ordinal));
        Assert.Equal(ApplyAction.Failed, (await world.RestoreAsync()).Action);
    }

    [Fact]
    public async Task Missing_rights_are_told_before_and_fail_when_it_comes_to_it()
    {
        await using var world = await World.StartAsync();

        var plan = await world.PlanAsync(token: "nobody");
        var client = world.Connect(world.Server.KubeconfigForToken("nobody"));
        var outcome = await world.Restorer(client).RestoreAsync(World.Wanted(), world, default);

        var rights = plan.Checks.First(check => check.Finding.EndsWith("rights are missing", StringComparison.Ordinal));
        Assert.Contains("create volumesnapshotcontents.snapshot.storage.k8s.io", rights.Items);
        Assert.Contains($"create persistentvolumeclaims in {World.Namespace}", rights.Items);
        Assert.Equal(ApplyAction.Failed, outcome.Action);
        Assert.Contains("Grant it with the RBAC rule", outcome.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task These_rights_are_enough()
    {
        await using var world = await World.StartAsync();
        world.Load("""
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"restorer"},"rules":[
              {"apiGroups":[""],"resources":["persistentvolumeclaims"],"verbs":["get","create"]},
              {"apiGroups":[""],"resources":["events"],"verbs":["list"]},
              {"apiGroups":[""],"resources":["persistentvolumes"],"verbs":["get","patch"]},
              {"apiGroups":["storage.k8s.io"],"resources":["storageclasses","csidrivers"],"verbs":["get","list"]},
              {"apiGroups":["snapshot.storage.k8s.io"],"resources":["volumesnapshotclasses"],"verbs":["list"]},
              {"apiGroups":["snapshot.storage.k8s.io"],"resources":["volumesnapshots"],"verbs":["get","create","delete"]},
              {"apiGroups":["snapshot.storage.k8s.io"],"resources":["volumesnapshotcontents"],"verbs":["get","create","patch","delete"]}]}
            """);
        world.Load("""
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding","metadata":{"name":"restorer"},
             "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"restorer"},
             "subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"nobody"}]}
            """);
        world.LoadVolume("brought-back");
        var restorer = world.Restorer(world.Connect(world.Server.KubeconfigForToken("nobody")));

        var plan = await restorer.PlanAsync(World.Wanted(), default);
        Assert.All(plan.Checks, check => Assert.Equal(CheckResult.Ok, check.Result));
        Assert.Equal(ApplyAction.Created, (await restorer.RestoreAsync(World.Wanted(), world, default)).Action);
        var adopted = World.Wanted() with { ExistingVolume = "brought-back", Claim = "adopted" };
        Assert.All((await restorer.PlanAsync(adopted, default)).Checks, check => Assert.Equal(CheckResult.Ok, check.Result));
        Assert.Equal(ApplyAction.Created, (await restorer.RestoreAsync(adopted, world, default)).Action);
    }

    [Fact]
    public async Task A_plan_of_a_fit_target_has_nothing_but_good_news_and_warns_of_what_is_to_be_done_by_hand()
    {
        await using var world = await World.StartAsync();
        Assert.All((await world.PlanAsync()).Checks, check => Assert.Equal(("volume database", CheckResult.Ok), (check.Subject, check.Result)));

        await world.Client.DeleteAsync(new("storage.k8s.io", "v1", "CSIDriver", "csidrivers", false), null, World.Driver, default);
        await world.Client.DeleteAsync(SnapshotKinds.Class, null, "fast-ssd-snapshots", default);
        var wanted = World.Wanted();
        wanted = wanted with { Snapshot = wanted.Saved with { Backup = new BackupLabel("START", "", "0/1") } };
        var plan = await world.PlanAsync(wanted);
        var followed = await world.PlanAsync(wanted with { IsFollowed = true });

        Assert.Equal(3, plan.Checks.Count(check => check.Result == CheckResult.Warning));
        var torn = plan.Checks.Single(check => check.Remedy?.Contains("backup_label", StringComparison.Ordinal) == true);
        Assert.Equal(torn with { Result = CheckResult.Blocked }, followed.Checks.Single(check => check.Result == CheckResult.Blocked) with { Items = torn.Items });
        Assert.Equal(PlannedAction.Create, plan.Action);
        await world.RestoredAsync();
        Assert.Equal(PlannedAction.Unchanged, (await world.PlanAsync()).Action);
    }

    [Fact]
    public async Task A_VolumeSnapshot_that_was_deleted_behind_a_bound_content_is_made_again()
    {
        await using var world = await World.StartAsync(waits: true);
        await world.RestoreAsync();
        var snapshot = await world.OnlyAsync(SnapshotKinds.Snapshot);
        await world.Client.DeleteAsync(SnapshotKinds.Snapshot, World.Namespace, snapshot.NameOf(), default);
        await SnapshotWorld.EventuallyAsync(async () => (await world.Client.ListAsync(new(SnapshotKinds.Snapshot), default)).Count == 0);

        Assert.Equal(ApplyAction.Unchanged, (await world.RestoreAsync()).Action);

        Assert.True((await world.OnlyAsync(SnapshotKinds.Snapshot)).IsReady());
        Assert.Equal([World.Handle], world.Storage.Handles);
    }

    private static IEnumerable<string> Blocked(PartPlan plan) =>
        plan.Checks.Where(check => check.Result == CheckResult.Blocked).Select(check => check.Finding);
}
