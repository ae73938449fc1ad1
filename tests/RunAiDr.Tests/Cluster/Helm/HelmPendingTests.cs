using System.Diagnostics;
using System.Text.Json.Nodes;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Resources;
using RunAiDr.Sandbox;

namespace RunAiDr.Tests.Cluster.Helm;

/// <summary>Helms that were stopped in the middle, and helms beside ours.</summary>
public class HelmPendingTests
{
    private const string Canary = "CANARY-7400-password";

    private static readonly ResourceKind Pod = new("", "v1", "Pod", "pods", Namespaced: true);

    [Theory]
    [InlineData("helm")]
    [InlineData("helm3")]
    public async Task A_release_that_a_killed_helm_left_pending_is_taken_over(string helm)
    {
        await using var world = await WithHookAsync(helm);
        using (var first = world.StartHelm("install", "web", "web", "-n", "shop"))
        {
            await HelmWorld.EventuallyAsync(async () => await JobExistsAsync(world));
            first.Kill();
            await first.WaitForExitAsync();
        }

        var plan = await world.PlanAsync(world.Web());
        world.EndTrouble("hook");
        var outcome = await world.InstallAsync(world.Web());

        Assert.StartsWith("is pending-install: a helm works on it or was stopped", plan.Reason, StringComparison.Ordinal);
        Assert.Equal((ApplyAction.Created, "a helm had been stopped in the middle; done again"), (outcome.Action, outcome.Reason));
        Assert.Equal(["1 deployed"], await world.HistoryAsync());
        Assert.Contains(world.Steps, step => step.StartsWith("pending-install: waiting for a helm that may be at work", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stopped_upgrade_is_done_again_even_to_what_was_deployed_before()
    {
        await using var world = await WithHookAsync("helm");
        world.EndTrouble("hook");
        await world.InstallAsync(world.Web());
        world.Trouble("hook", PodTrouble.Unschedulable);
        using (var second = world.StartHelm("upgrade", "web", "web", "-n", "shop", "--set", "replicas=3"))
        {
            await HelmWorld.EventuallyAsync(async () => (await world.HistoryAsync())[^1] == "2 pending-upgrade");
            second.Kill();
            await second.WaitForExitAsync();
        }

        world.EndTrouble("hook");
        var conflict = await world.InstallAsync(world.Web());
        Assert.Equal(ApplyAction.Conflict, conflict.Action);
        Assert.Equal("is pending-upgrade; differs in values replicas; --overwrite changes it", conflict.Reason);
        Assert.Equal(["1 deployed", "2 pending-upgrade"], await world.HistoryAsync());

        var outcome = await world.InstallAsync(world.Web() with { MayChange = true });

        Assert.Equal(ApplyAction.Configured, outcome.Action);
        Assert.Equal(["1 superseded", "2 deployed"], await world.HistoryAsync());
    }

    [Fact]
    public async Task A_helm_whose_pods_get_on_is_not_taken_for_dead()
    {
        await using var world = await HelmWorld.StartAsync();
        world.MakeChart();
        world.Trouble("web", PodTrouble.ImagePullBackOff);
        using (var first = world.StartHelm("install", "web", "web", "-n", "shop", "--wait"))
        {
            await HelmWorld.EventuallyAsync(async () => (await PodsAsync(world)).Count > 0);
            first.Kill();
            await first.WaitForExitAsync();
        }

        var running = world.InstallAsync(world.Web());
        for (var turn = 0; world.Steps.Count(step => step.StartsWith("pending-install: waiting", StringComparison.Ordinal)) < 25; turn++)
        {
            Assert.False(running.IsCompleted);
            await MarkPodsAsync(world, turn);
        }

        world.EndTrouble("web");
        Assert.Equal(ApplyAction.Created, (await running).Action);
        Assert.Equal(["1 deployed"], await world.HistoryAsync());
    }

    [Fact]
    public async Task A_helm_of_ours_that_is_killed_is_followed_by_another()
    {
        await using var world = await WithHookAsync("helm");
        var running = world.Program(world.Traced()).InstallAsync(world.Web(), world, default);
        await HelmWorld.EventuallyAsync(async () => await JobExistsAsync(world));

        using (var helm = Process.GetProcessById(await world.UpgradingAsync()))
        {
            helm.Kill();
        }

        world.EndTrouble("hook");
        Assert.Equal(ApplyAction.Created, (await running).Action);
        Assert.Equal(["1 deployed"], await world.HistoryAsync());
    }

    [Fact]
    public async Task Of_two_at_once_one_installs_and_the_other_waits()
    {
        await using var world = await WithHookAsync("helm");

        Task<PartOutcome>[] both = [world.InstallAsync(world.Web()), world.InstallAsync(world.Web())];
        await HelmWorld.EventuallyAsync(() => Task.FromResult(world.Steps.Any(step => step.StartsWith("pending", StringComparison.Ordinal))));
        world.EndTrouble("hook");
        var outcomes = await Task.WhenAll(both);

        Assert.Equal([ApplyAction.Created, ApplyAction.Unchanged], outcomes.Select(outcome => outcome.Action).Order());
        Assert.Equal(["1 deployed"], await world.HistoryAsync());
    }

    [Theory]
    [InlineData("helm")]
    [InlineData("helm3")]
    public async Task Cancelling_ends_helm_and_a_second_run_completes(string helm)
    {
        await using var world = await WithHookAsync(helm);
        using var stop = new CancellationTokenSource();
        var running = world.Program(world.Traced()).InstallAsync(world.Web(), world, stop.Token);
        await HelmWorld.EventuallyAsync(async () => await JobExistsAsync(world));
        var process = await world.UpgradingAsync();

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.DoesNotContain("upgrade", await HelmWorld.CommandLineAsync(process), StringComparison.Ordinal);

        world.EndTrouble("hook");
        var outcome = await world.InstallAsync(world.Web());

        Assert.True(outcome.Action is ApplyAction.Created or ApplyAction.Configured, outcome.Reason);
        Assert.EndsWith(" deployed", (await world.HistoryAsync())[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("helm")]
    [InlineData("helm3")]
    public async Task Values_are_in_no_argument_no_environment_and_no_file(string helm)
    {
        await using var world = await WithHookAsync(helm);
        var running = world.Program(world.Traced()).InstallAsync(world.Web($"password: {Canary}\n"), world, default);
        await HelmWorld.EventuallyAsync(async () => await JobExistsAsync(world));
        var process = await world.UpgradingAsync();

        var seen = await HelmWorld.CommandLineAsync(process) + await File.ReadAllTextAsync($"/proc/{process}/environ");
        var files = FilesWith(world.Folder);
        await HelmWorld.EventuallyAsync(() => Task.FromResult(world.Steps.Contains("helm waits for hook hook")));
        world.EndTrouble("hook");
        var outcome = await running;

        Assert.Equal(ApplyAction.Created, outcome.Action);
        Assert.Contains("--values=-", seen, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, seen, StringComparison.Ordinal);
        Assert.Empty(files.Concat(FilesWith(world.Folder)));
        Assert.DoesNotContain(world.Steps, step => step.Contains(Canary, StringComparison.Ordinal));
        Assert.Contains(Canary, await world.HelmAsync("get", "values", "web", "-n", "shop"), StringComparison.Ordinal);
    }

    private static List<string> FilesWith(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => File.ReadAllText(file).Contains(Canary, StringComparison.Ordinal))];

    private static async Task<HelmWorld> WithHookAsync(string helm)
    {
        var world = await HelmWorld.StartAsync(helm);
        world.MakeChart("1.0.0", ("templates/hook.yaml", Yaml.Hook("hook")));
        world.Trouble("hook", PodTrouble.Unschedulable);
        return world;
    }

    private static async Task<bool> JobExistsAsync(HelmWorld world) =>
        await world.Client.GetAsync(RunAiDr.Cluster.Helm.Workload.Job, HelmWorld.Namespace, "hook", default) is not null;

    private static Task<IReadOnlyList<JsonObject>> PodsAsync(HelmWorld world) => world.Client.ListAsync(new(Pod, HelmWorld.Namespace), default);

    private static async Task MarkPodsAsync(HelmWorld world, int turn)
    {
        foreach (var pod in await PodsAsync(world))
        {
            var patch = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["turn"] = $"{turn}" } } };
            await world.Client.PatchAsync(Pod, HelmWorld.Namespace, (string)pod["metadata"]!["name"]!, patch, default);
        }

        await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
    }
}
