using RunAiDr.Core.Rehydration;

namespace RunAiDr.Tests.Cluster.Helm;

/// <summary>What keeps a release from being installed is found before the first write.</summary>
public class HelmPlanTests
{
    [Fact]
    public async Task A_missing_helm_blocks()
    {
        await using var world = await HelmWorld.StartAsync();
        world.MakeChart();

        var plan = await world.Program(world.Options with { Program = "no-such-helm" }).PlanAsync(world.Web(), default);

        var check = Assert.Single(plan.Checks);
        Assert.Equal((CheckResult.Blocked, "no-such-helm is not installed or may not be run"), (check.Result, check.Finding));
        Assert.StartsWith("Install helm 3.14 or newer", check.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("echo v3.13.3", "is too old")]
    [InlineData("echo v5.0.0", "is newer than")]
    [InlineData("echo 'Client: v2.17.0+ga690bad'", "does not tell its version")]
    [InlineData("exit 1", "does not tell its version")]
    public async Task Another_version_of_helm_blocks(string script, string finding)
    {
        await using var world = await HelmWorld.StartAsync();
        world.MakeChart();

        var plan = await world.Program(world.Options with { Program = world.Script(script) }).PlanAsync(world.Web(), default);
        var outcome = await world.Program(world.Options with { Program = world.Script(script) }).InstallAsync(world.Web(), world, default);

        var check = Assert.Single(plan.Checks);
        Assert.Equal(CheckResult.Blocked, check.Result);
        Assert.Contains(finding, check.Finding, StringComparison.Ordinal);
        Assert.Equal(ApplyAction.Failed, outcome.Action);
        Assert.Equal(check.Remedy, Assert.Single(outcome.Details));
    }

    [Theory]
    [InlineData("helm")]
    [InlineData("helm3")]
    public async Task A_chart_of_another_version_blocks(string helm)
    {
        await using var world = await HelmWorld.StartAsync(helm);
        world.MakeChart("1.2.3");

        var plan = await world.PlanAsync(world.Web());

        var check = Assert.Single(plan.Checks, check => check.Result == CheckResult.Blocked);
        Assert.Equal(("chart web 1.0.0", "the source holds web 1.2.3"), (check.Subject, check.Finding));
        Assert.Equal(PlannedAction.Create, plan.Action);
    }

    [Theory]
    [InlineData("/nowhere/web-1.0.0.tgz")]
    [InlineData("unknown/web")]
    [InlineData("oci://127.0.0.1:1/charts/web")]
    [InlineData("https://127.0.0.1:1/charts")]
    public async Task A_chart_that_cannot_be_had_blocks(string source)
    {
        await using var world = await HelmWorld.StartAsync();

        var plan = await world.PlanAsync(world.Web() with { Source = source });

        var check = Assert.Single(plan.Checks, check => check.Result == CheckResult.Blocked);
        Assert.StartsWith("helm cannot have it: ", check.Finding, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--post-renderer=evil")]
    [InlineData("-x")]
    [InlineData("ftp://example.internal/web")]
    [InlineData("web")]
    [InlineData("")]
    [InlineData("a/b/c")]
    public async Task What_is_no_source_never_reaches_helm(string source)
    {
        await using var world = await HelmWorld.StartAsync();

        var check = (await world.PlanAsync(world.Web() with { Source = source })).Checks[^1];

        Assert.Equal(CheckResult.Blocked, check.Result);
        Assert.EndsWith("is no source of a chart", check.Finding, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_in_the_source_block_and_are_not_repeated()
    {
        await using var world = await HelmWorld.StartAsync();

        var check = (await world.PlanAsync(world.Web() with { Source = "https://me:CANARY-7100@example.internal/charts" })).Checks[^1];

        Assert.Equal(CheckResult.Blocked, check.Result);
        Assert.DoesNotContain("CANARY", check.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help", "shop", "web", "1.0.0")]
    [InlineData("Web", "shop", "web", "1.0.0")]
    [InlineData("web\n", "shop", "web", "1.0.0")]
    [InlineData("web", "-shop", "web", "1.0.0")]
    [InlineData("web", "shop/../x", "web", "1.0.0")]
    [InlineData("web", "shop", "--debug", "1.0.0")]
    [InlineData("web", "shop", "../web", "1.0.0")]
    [InlineData("web", "shop", "web", ">0.0.0")]
    [InlineData("web", "shop", "web", "1.0.0 --debug")]
    [InlineData("web", "shop", "web", "")]
    public async Task Names_that_helm_did_not_write_block_before_helm_is_run(string name, string @namespace, string chart, string version)
    {
        await using var world = await HelmWorld.StartAsync();
        world.MakeChart();

        var plan = await world.PlanAsync(world.Web(version: version) with { Name = name, Namespace = @namespace, Chart = chart });

        Assert.Equal((PlannedAction.Skip, "restore point"), (plan.Action, Assert.Single(plan.Checks).Subject));
    }

    [Theory]
    [InlineData("a: [")]
    [InlineData("- CANARY-7200")]
    [InlineData("a: CANARY-7200\na: CANARY-7200")]
    public async Task Values_that_are_none_block_and_are_not_quoted(string values)
    {
        await using var world = await HelmWorld.StartAsync();
        world.MakeChart();

        var check = Assert.Single((await world.PlanAsync(world.Web(values))).Checks);

        Assert.Equal(CheckResult.Blocked, check.Result);
        Assert.DoesNotContain("CANARY", check.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("helm")]
    [InlineData("helm3")]
    public async Task A_repository_serves_by_its_URL_or_by_the_name_and_credentials_that_helm_knows(string helm)
    {
        await using var world = await HelmWorld.StartAsync(helm);
        world.MakeChart();
        await world.HelmAsync("package", "web");
        var (archive, index) = (await File.ReadAllBytesAsync(Path.Combine(world.Folder, "web-1.0.0.tgz")), "");
        var asked = false;
        await using var repository = await LoopbackServer.StartAsync(async context =>
        {
            var isAllowed = context.Request.Headers.Authorization == "Basic bWU6bGV0LW1lLWlu" || !asked;
            context.Response.StatusCode = isAllowed ? 200 : 401;
            if (isAllowed)
            {
                await context.Response.Body.WriteAsync(
                    context.Request.Path.Value!.EndsWith(".tgz", StringComparison.Ordinal) ? archive : System.Text.Encoding.UTF8.GetBytes(index));
            }
        });
        var url = repository.Url.GetLeftPart(UriPartial.Authority) + "/charts";
        index = $"apiVersion: v1\nentries:\n  web:\n  - {{apiVersion: v2, name: web, version: 1.0.0, urls: ['{url}/web-1.0.0.tgz']}}\n";
        var wanted = world.Web() with { Source = url };

        var open = await world.PlanAsync(wanted);
        asked = true;
        var closed = await world.PlanAsync(wanted);
        await world.HelmAsync("repo", "add", "ours", url, "--username", "me", "--password", "let-me-in");
        var known = await world.PlanAsync(wanted);
        var named = await world.InstallAsync(wanted with { Source = "ours/web" });

        Assert.DoesNotContain(open.Checks, check => check.Result == CheckResult.Blocked);
        Assert.Contains(closed.Checks, check => check.Result == CheckResult.Blocked);
        Assert.DoesNotContain(known.Checks, check => check.Result == CheckResult.Blocked);
        Assert.Equal((ApplyAction.Created, null), (named.Action, named.Reason));
    }

    [Fact]
    public async Task A_release_that_is_being_uninstalled_is_a_conflict()
    {
        await using var world = await HelmWorld.StartAsync();
        world.MakeChart("1.0.0", ("templates/bye.yaml", Yaml.Job("bye", "\"helm.sh/hook\": pre-delete")));
        await world.InstallAsync(world.Web());
        world.Trouble("bye", RunAiDr.Sandbox.PodTrouble.Unschedulable);
        using var helm = world.StartHelm("uninstall", "web", "-n", "shop");
        await HelmWorld.EventuallyAsync(async () => (await world.HistoryAsync())[^1] == "1 uninstalling");
        helm.Kill();

        var plan = await world.PlanAsync(world.Web());
        var outcome = await world.InstallAsync(world.Web());

        Assert.Equal(PlannedAction.Conflict, plan.Action);
        Assert.Equal((ApplyAction.Conflict, plan.Reason), (outcome.Action, outcome.Reason));
        Assert.StartsWith("is being uninstalled", plan.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_release_blocks()
    {
        await using var world = await HelmWorld.StartAsync();
        world.MakeChart();
        await world.InstallAsync(world.Web(values: ""));
        world.Load("""
            {"apiVersion":"v1","kind":"Secret","type":"helm.sh/release.v1","metadata":{"name":"sh.helm.release.v1.web.v9",
            "namespace":"shop","labels":{"owner":"helm","name":"web","version":"9","status":"deployed"}},"data":{"release":"AAAA"}}
            """);

        var plan = await world.PlanAsync(world.Web());

        Assert.Equal(PlannedAction.Conflict, plan.Action);
        Assert.Contains("shop/sh.helm.release.v1.web.v9", Assert.Single(plan.Checks, check => check.Result == CheckResult.Blocked).Finding, StringComparison.Ordinal);
    }
}
