using System.Text.Json.Nodes;
using RunAiDr.Cluster.Helm;
using RunAiDr.Core;
using RunAiDr.Core.Resources;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Cluster.Helm;

public class WorkloadsTests
{
    [Fact]
    public async Task Paused_workloads_have_no_pods_and_get_their_replicas_back()
    {
        await using var world = await InstalledAsync();

        var stopped = await Paused(world).PauseAsync("shop", "web", ["database"], default);
        var again = await Paused(world).PauseAsync("shop", "web", ["database"], default);
        var (web, queue, database) = await ReplicasAsync(world);

        Assert.Equal(["queue", "web"], stopped);
        Assert.Equal(stopped, again);
        Assert.Equal((0, 0, 2), (web, queue, database));
        var pods = await world.Client.ListAsync(new(new ResourceKind("", "v1", "Pod", "pods", true), "shop"), default);
        Assert.All(pods, pod => Assert.StartsWith("database-", (string?)pod["metadata"]!["name"], StringComparison.Ordinal));

        await Paused(world).ResumeAsync("shop", "web", default);
        await Paused(world).ResumeAsync("shop", "web", default);
        Assert.Equal((2, 2, 2), await ReplicasAsync(world));
        Assert.DoesNotContain("runai-dr/replicas", (await GetAsync(world, Workload.Deployment, "web")).ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_workload_without_replicas_stays_without_them()
    {
        await using var world = await InstalledAsync();
        await ScaleAsync(world, Workload.Deployment, "web", 0);

        Assert.Equal(["database", "queue"], await Paused(world).PauseAsync("shop", "web", [], default));
        await Paused(world).ResumeAsync("shop", "web", default);

        Assert.Equal((0, 2, 2), await ReplicasAsync(world));
    }

    [Fact]
    public async Task What_somebody_scaled_up_meanwhile_stays_so()
    {
        await using var world = await InstalledAsync();
        await Paused(world).PauseAsync("shop", "web", [], default);
        await ScaleAsync(world, Workload.Deployment, "web", 5);

        await Paused(world).ResumeAsync("shop", "web", default);

        Assert.Equal((5, 2, 2), await ReplicasAsync(world));
    }

    [Fact]
    public async Task A_pause_that_was_interrupted_after_some_is_completed_and_resumed_whole()
    {
        await using var world = await InstalledAsync();
        await Paused(world).PauseAsync("shop", "web", ["queue", "database"], default);

        Assert.Equal(["database", "queue", "web"], await Paused(world).PauseAsync("shop", "web", [], default));
        await Paused(world).ResumeAsync("shop", "web", default);

        Assert.Equal((2, 2, 2), await ReplicasAsync(world));
    }

    [Fact]
    public async Task Workloads_of_others_are_left_alone()
    {
        await using var world = await InstalledAsync();

        Assert.Empty(await Paused(world).PauseAsync("shop", "another", [], default));
        await Paused(world).ResumeAsync("shop", "another", default);

        Assert.Equal((2, 2, 2), await ReplicasAsync(world));
    }

    [Fact]
    public async Task Pods_that_somebody_starts_again_are_named()
    {
        await using var world = await InstalledAsync();
        using var ended = new CancellationTokenSource();
        var operatorOfQueues = Task.Run(async () =>
        {
            while (!ended.IsCancellationRequested)
            {
                if ((await ReplicasAsync(world)).Queue == 0)
                {
                    await ScaleAsync(world, Workload.StatefulSet, "queue", 1);
                }
            }
        });
        var workloads = new Workloads(world.Client, new FastClock(5)) { Limit = TimeSpan.FromSeconds(10) };

        var fault = await Assert.ThrowsAsync<RunAiDrException>(() => workloads.PauseAsync("shop", "web", [], default));
        await ended.CancelAsync();
        await operatorOfQueues;

        Assert.Equal(Fault.NeedsOperator, fault.Fault);
        Assert.Contains("StatefulSet shop/queue was scaled to 0, but after 10 s there still is: ", fault.Message, StringComparison.Ordinal);
    }

    private static Workloads Paused(HelmWorld world) => new(world.Client, new FastClock(5));

    private static async Task<HelmWorld> InstalledAsync()
    {
        var world = await HelmWorld.StartAsync();
        world.MakeChart(
            "1.0.0",
            ("templates/queue.yaml", Yaml.Deployment("queue", "StatefulSet")),
            ("templates/database.yaml", Yaml.Deployment("database", "StatefulSet")));
        Assert.Equal(RunAiDr.Core.Rehydration.ApplyAction.Created, (await world.InstallAsync(world.Web("replicas: 2\n"))).Action);
        return world;
    }

    private static Task<JsonObject?> ScaleAsync(HelmWorld world, ResourceKind kind, string name, int replicas) => world.Client.PatchAsync(
        kind, "shop", name, new JsonObject { ["spec"] = new JsonObject { ["replicas"] = replicas } }, default);

    private static async Task<(int Web, int Queue, int Database)> ReplicasAsync(HelmWorld world) => (
        (int)(await GetAsync(world, Workload.Deployment, "web"))["spec"]!["replicas"]!,
        (int)(await GetAsync(world, Workload.StatefulSet, "queue"))["spec"]!["replicas"]!,
        (int)(await GetAsync(world, Workload.StatefulSet, "database"))["spec"]!["replicas"]!);

    private static async Task<JsonObject> GetAsync(HelmWorld world, ResourceKind kind, string name) =>
        (await world.Client.GetAsync(kind, "shop", name, default))!;
}
