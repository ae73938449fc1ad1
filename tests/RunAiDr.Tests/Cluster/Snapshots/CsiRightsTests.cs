using System.Text.Json.Nodes;
using RunAiDr.Core.Snapshots;
using World = RunAiDr.Tests.Cluster.Snapshots.SnapshotWorld;

namespace RunAiDr.Tests.Cluster.Snapshots;

/// <summary>Which RBAC rules the provider needs.</summary>
public class CsiRightsTests
{
    private const string Rules = """
        [{"apiGroups":[""],"resources":["persistentvolumeclaims","persistentvolumes"],"verbs":["get"]},
         {"apiGroups":["apps"],"resources":["statefulsets"],"verbs":["get"]},
         {"apiGroups":["snapshot.storage.k8s.io"],"resources":["volumesnapshotclasses"],"verbs":["list"]},
         {"apiGroups":["snapshot.storage.k8s.io"],"resources":["volumesnapshots"],"verbs":["get","list","create","delete"]},
         {"apiGroups":["snapshot.storage.k8s.io"],"resources":["volumesnapshotcontents"],"verbs":["get","list","patch","delete"]}]
        """;

    private const string GroupRules = """
        [{"apiGroups":[""],"resources":["persistentvolumeclaims"],"verbs":["patch"]},
         {"apiGroups":["snapshot.storage.k8s.io"],"resources":["volumesnapshots"],"verbs":["patch"]},
         {"apiGroups":["groupsnapshot.storage.k8s.io"],"resources":["volumegroupsnapshotclasses"],"verbs":["list"]},
         {"apiGroups":["groupsnapshot.storage.k8s.io"],"resources":["volumegroupsnapshots"],"verbs":["get","list","create","delete"]},
         {"apiGroups":["groupsnapshot.storage.k8s.io"],"resources":["volumegroupsnapshotcontents"],"verbs":["get","list","patch","delete"]}]
        """;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task These_rules_are_enough_for_everything(bool groups)
    {
        await using var world = await World.StartAsync(groups: groups);
        if (groups)
        {
            world.LoadGroupClass("groups");
        }

        Allow(world, groups ? [Rules, GroupRules] : [Rules]);
        var provider = world.Provider(token: "nobody");

        var outcomes = await provider.TakeAsync(World.Request(SnapshotComponent.Database, SnapshotComponent.Metrics), world, default);

        Assert.All(outcomes, outcome => Assert.Null(outcome.Failure));
        Assert.All(outcomes, outcome => Assert.Equal(groups, outcome.Reference!.Csi!.GroupSnapshotHandle is not null));
        foreach (var owned in await provider.ListAsync("prod", default))
        {
            Assert.Null(await provider.CheckAsync(outcomes.Single(o => o.Reference!.Location == owned.Location).Reference!, default));
            Assert.True(await provider.DeleteAsync(owned.Location, default));
        }

        await world.AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Without_the_rules_of_groups_the_volumes_are_cut_one_beside_the_other_with_a_warning()
    {
        await using var world = await World.StartAsync(groups: true);
        world.LoadGroupClass("groups");
        Allow(world, [Rules, """[{"apiGroups":["groupsnapshot.storage.k8s.io"],"resources":["*"],"verbs":["get","list"]}]"""]);

        var outcomes = await world.Provider(token: "nobody").TakeAsync(
            World.Request(SnapshotComponent.Database, SnapshotComponent.Metrics), world, default);

        Assert.All(outcomes, outcome => Assert.Contains(
            "may not patch persistentvolumeclaims", Assert.Single(outcome.Reference!.Warnings), StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_cancelled_group_cannot_take_back_is_told_and_keeps_nothing_else()
    {
        await using var world = await World.StartWithGroupsAsync();
        await world.LoseVolumeAsync(World.DatabaseClaim);
        await world.LoseVolumeAsync(World.MetricsClaim);
        Allow(world, [Rules, GroupRules]);
        using var stop = new CancellationTokenSource();
        var taking = world.Provider(token: "nobody").TakeAsync(
            World.Request(SnapshotComponent.Database, SnapshotComponent.Metrics), world, stop.Token);
        await World.EventuallyAsync(() => Task.FromResult(world.Steps.Contains("waiting for the driver, 1 s")));
        Allow(world, [Rules, GroupRules.Replace("""["patch"]""", """["get"]""", StringComparison.Ordinal)]);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => taking);
        await world.AssertNothingIsLeftOfGroupsAsync();
        Assert.All((string[])[World.DatabaseClaim, World.MetricsClaim], claim => Assert.Contains(
            $"Label runai-dr/group of claim {World.Namespace}/{claim} could not be removed", world.Steps.Last(), StringComparison.Ordinal));
    }

    private static void Allow(World world, string[] rules)
    {
        var all = rules.SelectMany(list => JsonNode.Parse(list)!.AsArray()).Select(rule => rule!.DeepClone());
        world.Server.Load(new JsonObject
        {
            ["apiVersion"] = "rbac.authorization.k8s.io/v1",
            ["kind"] = "ClusterRole",
            ["metadata"] = new JsonObject { ["name"] = "snapshots" },
            ["rules"] = new JsonArray([.. all]),
        });
        world.Server.Load(World.Json("""
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding","metadata":{"name":"snapshots"},
             "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"snapshots"},
             "subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"nobody"}]}
            """));
    }
}
