using System.Text.Json.Nodes;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Secrets;
using RunAiDr.Sandbox;
using RunAiDr.Sandbox.Installation;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Cluster.Helm;

/// <summary>With both generations of helm.</summary>
public class HelmInstallTests
{
    private const string Values = "replicas: 2\nnumber: 1.0\nnothing: null\nempty: {}\nlist: []\nflag: \"yes\"\npassword: CANARY-7001-first\n";

    [Theory]
    [InlineData("helm")]
    [InlineData("helm3")]
    public async Task A_release_is_created_and_its_workloads_are_ready(string helm)
    {
        await using var world = await HelmWorld.StartAsync(helm);
        world.MakeChart();

        Assert.Equal(PlannedAction.Create, (await world.PlanAsync(world.Web(Values))).Action);
        var outcome = await world.InstallAsync(world.Web(Values));

        Assert.Equal(new PartOutcome(ApplyAction.Created) { Details = outcome.Details }, outcome);
        Assert.Equal(["1 deployed"], await world.HistoryAsync());
        Assert.Contains("1 of 1 workloads ready", world.Steps);
        var kept = JsonNode.Parse(await world.HelmAsync("get", "values", "web", "-n", "shop", "-o", "json"))!.AsObject();
        Assert.Empty(ReleaseValues.Read(new SecretText(Values), "values").DifferencesTo(kept));
    }

    [Theory]
    [InlineData("helm")]
    [InlineData("helm3")]
    public async Task Installing_twice_leaves_the_release_alone(string helm)
    {
        await using var world = await HelmWorld.StartAsync(helm);
        world.MakeChart();
        await world.InstallAsync(world.Web(Values));

        var plan = await world.PlanAsync(world.Web(Values));
        var outcome = await world.InstallAsync(world.Web(Values));

        Assert.Equal((PlannedAction.Unchanged, null), (plan.Action, plan.Reason));
        Assert.Equal(ApplyAction.Unchanged, outcome.Action);
        Assert.Equal(["1 deployed"], await world.HistoryAsync());
    }

    [Theory]
    [InlineData("helm")]
    [InlineData("helm3")]
    public async Task Other_values_and_another_version_are_named_without_values_and_upgraded_to_what_was_saved(string helm)
    {
        await using var world = await HelmWorld.StartAsync(helm);
        world.MakeChart("1.1.0");
        await world.InstallAsync(world.Web(Values, "1.1.0"));
        world.MakeChart();
        var wanted = world.Web(Values.Replace("first", "second", StringComparison.Ordinal) + "more: [1]\n") with { MayChange = true };

        var plan = await world.PlanAsync(wanted);
        var outcome = await world.InstallAsync(wanted);

        Assert.Equal((PlannedAction.Configure, "has web 1.1.0, not web 1.0.0; differs in values more, password"), (plan.Action, plan.Reason));
        Assert.Equal((ApplyAction.Configured, plan.Reason), (outcome.Action, outcome.Reason));
        Assert.Equal(["1 superseded", "2 deployed"], await world.HistoryAsync());
        Assert.Equal(ApplyAction.Unchanged, (await world.InstallAsync(wanted)).Action);
    }

    [Theory]
    [InlineData("helm")]
    [InlineData("helm3")]
    public async Task A_release_that_differs_is_a_conflict_unless_it_may_be_changed(string helm)
    {
        await using var world = await HelmWorld.StartAsync(helm);
        world.MakeChart();
        await world.InstallAsync(world.Web(Values));
        var wanted = world.Web(Values.Replace("first", "second", StringComparison.Ordinal));
        var before = world.Server.Revision;

        var plan = await world.PlanAsync(wanted);
        var outcome = await world.InstallAsync(wanted);

        Assert.Equal((PlannedAction.Conflict, "differs in values password; --overwrite changes it"), (plan.Action, plan.Reason));
        Assert.Equal((CheckResult.Warning, plan.Reason), (plan.Checks[^1].Result, plan.Checks[^1].Finding));
        Assert.DoesNotContain(plan.Checks, check => check.Result == CheckResult.Blocked);
        Assert.Equal((ApplyAction.Conflict, plan.Reason), (outcome.Action, outcome.Reason));
        Assert.Equal(before, world.Server.Revision);
    }

    [Fact]
    public async Task A_failed_release_is_installed_again_and_one_with_other_values_only_if_it_may_be_changed()
    {
        await using var world = await HelmWorld.StartAsync();
        world.MakeChart("1.0.0", ("templates/hook.yaml", Yaml.Hook("hook")));
        world.Trouble("hook", PodTrouble.CrashLoopBackOff);
        Assert.Equal(ApplyAction.Failed, (await world.InstallAsync(world.Web(Values))).Action);
        Assert.Equal(["1 failed"], await world.HistoryAsync());
        world.EndTrouble("hook");

        var other = await world.InstallAsync(world.Web());
        var same = await world.InstallAsync(world.Web(Values));

        Assert.Equal(ApplyAction.Conflict, other.Action);
        Assert.StartsWith("is failed; differs in values ", other.Reason, StringComparison.Ordinal);
        Assert.Equal((ApplyAction.Configured, "is failed: helm is run again"), (same.Action, same.Reason));
    }

    [Theory]
    [InlineData("helm")]
    [InlineData("helm3")]
    public async Task A_dry_run_persists_nothing(string helm)
    {
        await using var world = await HelmWorld.StartAsync(helm);
        world.MakeChart();
        var before = world.Server.Revision;

        var created = await world.InstallAsync(world.Web(Values) with { DryRun = true });
        var after = world.Server.Revision;
        await world.InstallAsync(world.Web(Values));
        var same = await world.InstallAsync(world.Web(Values) with { DryRun = true });
        var other = await world.InstallAsync(world.Web() with { DryRun = true, MayChange = true });

        Assert.Equal(ApplyAction.Created, created.Action);
        Assert.Equal(before, after);
        Assert.Equal(ApplyAction.Unchanged, same.Action);
        Assert.Equal(ApplyAction.Configured, other.Action);
        Assert.Equal(["1 deployed"], await world.HistoryAsync());
    }

    [Theory]
    [InlineData("helm", "control-plane", "runai-backend", "runai-backend")]
    [InlineData("helm", "runai-cluster", "runai-cluster", "runai")]
    [InlineData("helm3", "control-plane", "runai-backend", "runai-backend")]
    [InlineData("helm3", "runai-cluster", "runai-cluster", "runai")]
    public async Task The_charts_of_Run_ai_are_installed_as_they_were_saved(string helm, string chart, string release, string @namespace)
    {
        await using var world = await HelmWorld.StartAsync(helm);
        foreach (var resource in SampleInstallation.Resources().Where(r => (string?)r["kind"] is "Namespace" or "StorageClass"))
        {
            world.Server.Load(resource);
        }

        var wanted = new ReleaseInstall
        {
            Name = release,
            Namespace = @namespace,
            Chart = chart,
            ChartVersion = "2.20.24",
            Source = Path.Combine(EndToEndCluster.Data, "charts", $"{chart}-2.20.24.tgz"),
            Values = new SecretText(await File.ReadAllTextAsync(Path.Combine(EndToEndCluster.Data, "values", $"{release}.values.yaml"))),
            WaitLimit = TimeSpan.FromMinutes(5),
        };

        var first = await world.InstallAsync(wanted);
        var again = await world.InstallAsync(wanted);

        Assert.Equal((ApplyAction.Created, null), (first.Action, first.Reason));
        Assert.Equal((ApplyAction.Unchanged, null), (again.Action, again.Reason));
    }

    [Fact]
    public async Task An_unchanged_release_is_waited_for_until_its_workloads_are_ready()
    {
        await using var world = await HelmWorld.StartAsync();
        world.MakeChart();
        world.Trouble("web", PodTrouble.NotReady);
        var first = await world.InstallAsync(world.Web(Values) with { WaitLimit = TimeSpan.FromSeconds(5) });
        Assert.Equal(ApplyAction.Failed, first.Action);
        Assert.Contains("waiting for Deployment web", (await world.PlanAsync(world.Web(Values))).Reason, StringComparison.Ordinal);

        world.EndTrouble("web");
        var second = await world.InstallAsync(world.Web(Values));

        Assert.Equal(ApplyAction.Unchanged, second.Action);
        Assert.Equal(["1 deployed"], await world.HistoryAsync());
    }

    [Theory]
    [InlineData("helm")]
    [InlineData("helm3")]
    public async Task A_release_of_which_only_the_history_is_left_is_created(string helm)
    {
        await using var world = await HelmWorld.StartAsync(helm);
        world.MakeChart();
        await world.InstallAsync(world.Web(Values));
        await world.HelmAsync("uninstall", "web", "-n", "shop", "--keep-history");

        var outcome = await world.InstallAsync(world.Web(Values));

        Assert.Equal((ApplyAction.Created, "was uninstalled; its history is kept"), (outcome.Action, outcome.Reason));
        Assert.Equal("2 deployed", (await world.HistoryAsync())[^1]);
    }

    [Fact]
    public async Task Workloads_in_other_namespaces_are_waited_for_too()
    {
        await using var world = await HelmWorld.StartAsync();
        world.LoadNamespace("annex");
        world.MakeChart("1.0.0", ("templates/annex.yaml", Yaml.Deployment("annex").Replace("{{ .Release.Namespace }}", "annex", StringComparison.Ordinal)));
        world.Trouble("annex", PodTrouble.NotReady);

        var outcome = await world.InstallAsync(world.Web() with { WaitLimit = TimeSpan.FromSeconds(5) });

        Assert.Equal(ApplyAction.Failed, outcome.Action);
        Assert.Contains("1 of 2 workloads ready: waiting for Deployment annex", outcome.Reason, StringComparison.Ordinal);
    }
}
