using System.Text.Json.Nodes;
using RunAiDr.Core.Snapshots;
using RunAiDr.Tests.Support;
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

    private const string Template = "templates/deploy/snapshots/rbac.yaml";

    // They are for the database, of which this provider knows nothing.
    private static readonly string[] OfTheDatabase = ["services", "pods", "pods/portforward"];

    /// <summary>Kind of the role, and which of its rules.</summary>
    public static TheoryData<string, int> TemplateRules
    {
        get
        {
            var rules = new TheoryData<string, int>();
            foreach (var role in DeployTemplates.Documents(RepositoryFiles.Read(Template)).Where(resource => resource["rules"] is not null))
            {
                foreach (var (index, rule) in role["rules"]!.AsArray().Index())
                {
                    if (!OfTheDatabase.Contains((string)rule!["resources"]![0]!))
                    {
                        rules.Add((string)role["kind"]!, index);
                    }
                }
            }

            return rules;
        }
    }

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

    [Fact]
    public async Task The_rules_of_the_templates_are_enough_for_everything()
    {
        await using var world = await World.StartWithGroupsAsync();
        Deploy(world, null);

        await EverythingAsync(world);
    }

    [Theory]
    [MemberData(nameof(TemplateRules))]
    public async Task None_of_the_rules_of_the_templates_is_superfluous(string kind, int index)
    {
        await using var world = await World.StartWithGroupsAsync();
        world.ErrorPatience = TimeSpan.FromSeconds(5);
        Deploy(world, (kind, index));

        await Assert.ThrowsAnyAsync<Exception>(() => EverythingAsync(world));
    }

    /// <summary>Both volumes in one cut, found again, sound, and deleted.</summary>
    private static async Task EverythingAsync(World world)
    {
        var provider = world.Provider(token: "service");
        var outcomes = await provider.TakeAsync(World.Request(SnapshotComponent.Database, SnapshotComponent.Metrics), world, default);
        Assert.All(outcomes, outcome => Assert.Empty(outcome.Reference!.Warnings));
        Assert.All(outcomes, outcome => Assert.NotNull(outcome.Reference!.Csi!.GroupSnapshotHandle));
        var found = await provider.ListAsync("prod", default);
        Assert.Equal(2, found.Count);
        foreach (var owned in found)
        {
            Assert.Null(await provider.CheckAsync(outcomes.Single(o => o.Reference!.Location == owned.Location).Reference!, default));
            Assert.True(await provider.DeleteAsync(owned.Location, default));
        }

        await world.AssertNothingIsLeftAsync();
    }

    private static void Deploy(World world, (string Kind, int Index)? without)
    {
        foreach (var resource in DeployTemplates.Documents(RepositoryFiles.Read(Template)))
        {
            if (without is { } rule && (string)resource["kind"]! == rule.Kind)
            {
                resource["rules"]!.AsArray().RemoveAt(rule.Index);
            }

            world.Server.Load(resource);
        }
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
