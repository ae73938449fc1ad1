using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Sandbox;
using RunAiDr.Tests.Cluster.Snapshots;
using World = RunAiDr.Tests.Sandbox.Controllers.WorkloadWorld;

namespace RunAiDr.Tests.Sandbox.Controllers;

/// <summary>The doubles of the controllers of workloads do what helm and kubectl look at.</summary>
public class WorkloadControllerTests
{
    private const string Deployment = $"{World.Apps}/deployments/app";
    private const string StatefulSet = $"{World.Apps}/statefulsets/app";
    private const string Job = "/apis/batch/v1/namespaces/default/jobs/app";

    [Fact]
    public async Task A_Deployment_becomes_available_with_a_ReplicaSet_and_its_pods()
    {
        await using var world = await World.StartAsync();
        await world.CreateAsync($"{World.Apps}/deployments", World.Workload("apps/v1", "Deployment", 2));

        await world.ReachesAsync(Deployment, "availableReplicas", 2);

        var status = await world.StatusAsync(Deployment);
        Assert.Equal((1, 2, 2, 2), ((int)status["observedGeneration"]!, (int)status["replicas"]!, (int)status["updatedReplicas"]!, (int)status["readyReplicas"]!));
        Assert.Null(status["unavailableReplicas"]);
        Assert.Equal(["Available=True", "Progressing=True"], ConditionsOf(status));
        var set = Assert.Single(await world.ListAsync($"{World.Apps}/replicasets"));
        Assert.Equal("app", (string?)set["metadata"]!["ownerReferences"]![0]!["name"]);
        var pods = await world.PodsAsync();
        Assert.Equal(2, pods.Count);
        Assert.All(pods, pod =>
        {
            Assert.StartsWith($"{(string?)set["metadata"]!["name"]}-", (string?)pod["metadata"]!["name"], StringComparison.Ordinal);
            Assert.Equal("app", (string?)pod["metadata"]!["labels"]!["app"]);
            Assert.Equal("Running", (string?)pod["status"]!["phase"]);
            Assert.Contains("Ready=True", ConditionsOf(pod["status"]!.AsObject()));
        });
    }

    [Fact]
    public async Task A_changed_template_replaces_the_pods()
    {
        await using var world = await World.StartAsync();
        await world.CreateAsync($"{World.Apps}/deployments", World.Workload("apps/v1", "Deployment", 1));
        await world.ReachesAsync(Deployment, "availableReplicas", 1);

        await world.MergeAsync(Deployment, """{"spec":{"template":{"metadata":{"annotations":{"changed":"yes"}}}}}""");

        await SnapshotWorld.EventuallyAsync(async () =>
            await world.PodsAsync() is [var pod] && (string?)pod["metadata"]!["annotations"]?["changed"] == "yes");
        await world.ReachesAsync(Deployment, "observedGeneration", 2);
        Assert.Equal(2, (await world.ListAsync($"{World.Apps}/replicasets")).Count);
    }

    [Fact]
    public async Task Pods_of_a_StatefulSet_have_numbers_and_use_the_claims_that_are_there()
    {
        await using var world = await World.StartAsync();
        await world.CreateAsync($"{World.Core}/persistentvolumeclaims", SnapshotWorld.Json("""
            {"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"data-app-0","labels":{"restored":"yes"}},
             "spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}
            """));
        var body = World.Workload("apps/v1", "StatefulSet", 2);
        body["spec"]!["volumeClaimTemplates"] = new JsonArray(SnapshotWorld.Json(
            """{"metadata":{"name":"data"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}"""));
        await world.CreateAsync($"{World.Apps}/statefulsets", body);

        await world.ReachesAsync(StatefulSet, "readyReplicas", 2);

        Assert.Equal(["app-0", "app-1"], (await world.PodsAsync()).Select(pod => (string?)pod["metadata"]!["name"]));
        Assert.Equal(
            [("data-app-0", "yes"), ("data-app-1", null)],
            (await world.ListAsync($"{World.Core}/persistentvolumeclaims"))
                .Select(claim => ((string?)claim["metadata"]!["name"], (string?)claim["metadata"]!["labels"]!["restored"])));
        var status = await world.StatusAsync(StatefulSet);
        Assert.Equal((string?)status["updateRevision"], (string?)status["currentRevision"]);
        Assert.Equal((2, 2), ((int)status["updatedReplicas"]!, (int)status["availableReplicas"]!));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/scale")]
    public async Task Scaling_to_none_ends_the_pods_and_keeps_the_claims(string subresource)
    {
        await using var world = await World.StartAsync();
        var body = World.Workload("apps/v1", "StatefulSet", 1);
        body["spec"]!["volumeClaimTemplates"] = new JsonArray(SnapshotWorld.Json(
            """{"metadata":{"name":"data"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}"""));
        await world.CreateAsync($"{World.Apps}/statefulsets", body);
        await world.ReachesAsync(StatefulSet, "readyReplicas", 1);

        await world.MergeAsync(StatefulSet + subresource, """{"spec":{"replicas":0}}""");

        await SnapshotWorld.EventuallyAsync(async () => (await world.PodsAsync()).Count == 0);
        await world.ReachesAsync(StatefulSet, "observedGeneration", 2);
        Assert.Single(await world.ListAsync($"{World.Core}/persistentvolumeclaims"));
        await world.MergeAsync(StatefulSet + subresource, """{"spec":{"replicas":1}}""");
        await world.ReachesAsync(StatefulSet, "readyReplicas", 1);
    }

    [Fact]
    public async Task A_DaemonSet_wants_no_pod_where_no_node_is()
    {
        await using var world = await World.StartAsync();
        await world.CreateAsync($"{World.Apps}/daemonsets", World.Workload("apps/v1", "DaemonSet"));

        await world.ReachesAsync($"{World.Apps}/daemonsets/app", "observedGeneration", 1);

        Assert.Equal(0, (int)(await world.StatusAsync($"{World.Apps}/daemonsets/app"))["desiredNumberScheduled"]!);
    }

    [Fact]
    public async Task A_Job_completes_and_one_whose_pods_crash_fails()
    {
        PodTrouble? trouble = null;
        await using var world = await World.StartAsync(() => trouble);
        await world.CreateAsync("/apis/batch/v1/namespaces/default/jobs", World.Workload("batch/v1", "Job", policy: "Never"));
        await world.ReachesAsync(Job, "succeeded", 1);
        Assert.Equal(["SuccessCriteriaMet=True", "Complete=True"], ConditionsOf(await world.StatusAsync(Job)));
        Assert.Equal("Succeeded", (string?)Assert.Single(await world.PodsAsync())["status"]!["phase"]);

        await world.DeleteAsync(Job + "?propagationPolicy=Background");
        await SnapshotWorld.EventuallyAsync(async () => (await world.PodsAsync()).Count == 0);
        trouble = PodTrouble.CrashLoopBackOff;
        var body = World.Workload("batch/v1", "Job", policy: "Never");
        body["spec"]!["backoffLimit"] = 1;
        await world.CreateAsync("/apis/batch/v1/namespaces/default/jobs", body);

        await world.ReachesAsync(Job, "failed", 2);
        Assert.Equal(["FailureTarget=True", "Failed=True"], ConditionsOf(await world.StatusAsync(Job)));
    }

    [Theory]
    [InlineData(PodTrouble.ImagePullBackOff, "Pending", "ImagePullBackOff", "Failed")]
    [InlineData(PodTrouble.CrashLoopBackOff, "Running", "CrashLoopBackOff", "BackOff")]
    [InlineData(PodTrouble.NotReady, "Running", null, "Unhealthy")]
    [InlineData(PodTrouble.Unschedulable, "Pending", null, "FailedScheduling")]
    public async Task Trouble_is_told_by_pods_and_events_until_it_passes(PodTrouble kind, string phase, string? waiting, string reason)
    {
        PodTrouble? trouble = kind;
        await using var world = await World.StartAsync(() => trouble);
        await world.CreateAsync($"{World.Apps}/deployments", World.Workload("apps/v1", "Deployment", 1));

        await SnapshotWorld.EventuallyAsync(async () =>
            (await world.ListAsync($"{World.Core}/events")).Exists(told => told.Text("reason") == reason && told.Text("type") == "Warning"));
        var pod = Assert.Single(await world.PodsAsync());
        Assert.Equal(phase, (string?)pod["status"]!["phase"]);
        Assert.Equal(waiting, (string?)pod["status"]!["containerStatuses"]?[0]!["state"]!["waiting"]?["reason"]);
        await world.ReachesAsync(Deployment, "unavailableReplicas", 1);
        Assert.Contains("Available=False", ConditionsOf(await world.StatusAsync(Deployment)));

        trouble = null;
        await world.ReachesAsync(Deployment, "availableReplicas", 1);
    }

    private static string[] ConditionsOf(JsonObject status) =>
        [.. status.Maps("conditions").Select(one => $"{one.Text("type")}={one.Text("status")}")];
}
