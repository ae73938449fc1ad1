using RunAiDr.Cluster.Helm;
using RunAiDr.Core;
using RunAiDr.Core.Rehydration;
using RunAiDr.Sandbox;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Cluster.Helm;

/// <summary>A failure says why, and never what was in the values.</summary>
public class HelmFailureTests
{
    private const string Canary = "CANARY-7300-pass word";

    private static readonly TimeSpan Short = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData(PodTrouble.ImagePullBackOff, "ImagePullBackOff")]
    [InlineData(PodTrouble.CrashLoopBackOff, "CrashLoopBackOff")]
    [InlineData(PodTrouble.Unschedulable, "Unschedulable")]
    public async Task Workloads_that_are_never_ready_are_explained(PodTrouble trouble, string reason)
    {
        await using var world = await HelmWorld.StartAsync();
        world.MakeChart();
        world.Trouble("web", trouble);

        var outcome = await world.InstallAsync(world.Web() with { WaitLimit = Short });

        Assert.Equal(ApplyAction.Failed, outcome.Action);
        Assert.StartsWith("not ready within 5 s: 0 of 1 workloads ready: waiting for Deployment web", outcome.Reason, StringComparison.Ordinal);
        Assert.Contains(outcome.Details, line => line.StartsWith("pod web-", StringComparison.Ordinal) && line.Contains(reason, StringComparison.Ordinal));
        Assert.Contains(outcome.Details, line => line.StartsWith("event ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_Job_that_failed_ends_the_wait()
    {
        await using var world = await HelmWorld.StartAsync();
        world.MakeChart("1.0.0", ("templates/job.yaml", Yaml.Job("migrate")));
        world.Trouble("migrate", PodTrouble.CrashLoopBackOff);

        var outcome = await world.InstallAsync(world.Web());

        Assert.Equal(ApplyAction.Failed, outcome.Action);
        Assert.Contains("Job migrate (failed: BackoffLimitExceeded)", outcome.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("helm")]
    [InlineData("helm3")]
    public async Task Values_that_a_chart_refuses_are_not_quoted(string helm)
    {
        await using var world = await HelmWorld.StartAsync(helm);
        world.MakeChart("1.0.0", ("values.schema.json", """
            {"$schema": "http://json-schema.org/draft-07/schema#", "properties": {"password": {"enum": ["a", "b"]}, "replicas": {"type": "integer"}}}
            """));

        var outcome = await world.InstallAsync(world.Web($"password: {Canary}\nreplicas: {Canary}-many\n"));

        Assert.Equal(ApplyAction.Failed, outcome.Action);
        Assert.Contains("replicas", outcome.Reason, StringComparison.Ordinal);
        AssertNoCanary([outcome.Reason, .. outcome.Details]);
    }

    [Theory]
    [InlineData("helm", "{{ fail (printf \"bad %s\" .Values.password) }}")]
    [InlineData("helm", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \"{{ .Values.password }}\"}")]
    [InlineData("helm", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, labels: {a: \"{{ .Values.password }}\"}}")]
    [InlineData("helm", "apiVersion: v1\nkind: Secret\nmetadata: {name: c}\ndata: {a: \"{{ .Values.password }}\"}")]
    [InlineData("helm", "apiVersion: v1\nkind: Secret\nmetadata: {name: c}\ndata: [\"{{ .Values.password | b64enc }}\"]")]
    [InlineData("helm", "a: b: {{ .Values.password }}")]
    [InlineData("helm3", "{{ fail (printf \"bad %s\" .Values.password) }}")]
    [InlineData("helm3", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, labels: {a: \"{{ .Values.password }}\"}}")]
    [InlineData("helm3", "apiVersion: v1\nkind: Secret\nmetadata: {name: c}\ndata: {a: \"{{ .Values.password }}\"}")]
    public async Task What_helm_and_the_server_quote_is_hidden(string helm, string template)
    {
        await using var world = await HelmWorld.StartAsync(helm);
        world.MakeChart("1.0.0", ("templates/bad.yaml", template));

        var plan = await world.PlanAsync(world.Web($"password: {Canary}\n"));
        var outcome = await world.InstallAsync(world.Web($"password: {Canary}\n"));

        AssertNoCanary(plan.Checks.Select(check => check.ToString()));
        Assert.Equal(ApplyAction.Failed, outcome.Action);
        Assert.StartsWith("helm: ", outcome.Reason, StringComparison.Ordinal);
        AssertNoCanary([outcome.Reason, .. outcome.Details]);
    }

    [Theory]
    [InlineData("helm")]
    [InlineData("helm3")]
    public async Task Objects_that_are_not_of_the_release_are_named_before_anything_is_written(string helm)
    {
        await using var world = await HelmWorld.StartAsync(helm);
        world.MakeChart("1.0.0", ("templates/secret.yaml", Yaml.Secret));
        world.Load("""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"web-password","namespace":"shop"}}""");

        var plan = await world.PlanAsync(world.Web($"password: {Canary}\n"));
        var outcome = await world.InstallAsync(world.Web($"password: {Canary}\n"));

        var check = Assert.Single(plan.Checks, check => check.Result == CheckResult.Blocked);
        Assert.Equal(["Secret shop/web-password"], check.Items);
        Assert.Equal(ApplyAction.Failed, outcome.Action);
        Assert.Contains("Secret shop/web-password", outcome.Details);
    }

    [Fact]
    public async Task A_target_that_stops_answering_is_a_fault()
    {
        await using var world = await HelmWorld.StartAsync();
        world.MakeChart();
        world.Trouble("web", PodTrouble.NotReady);

        var running = world.InstallAsync(world.Web() with { WaitLimit = TimeSpan.FromSeconds(60) });
        await HelmWorld.EventuallyAsync(() => Task.FromResult(world.Steps.Any(step => step.StartsWith("0 of 1", StringComparison.Ordinal))));
        await world.StopServerAsync();

        var fault = await Assert.ThrowsAsync<RunAiDrException>(() => running);
        Assert.Equal(Fault.ClusterUnreachable, fault.Fault);
    }

    [Fact]
    public async Task A_helm_that_does_not_end_is_ended_with_all_that_it_started()
    {
        await using var world = await HelmWorld.StartAsync();
        var pid = Path.Combine(world.Folder, "sleeper");
        var script = world.Script($"""
            case "$1" in
              version) echo v4.1.4;;
              show) printf 'name: web\nversion: 1.0.0\n';;
              template) ;;
              *) trap '' TERM; sleep 1000 & echo $! > {pid}; wait; wait; sleep 1000;;
            esac
            """);
        var program = new HelmProgram(world.Options with { Program = script }, world.Client, new FastClock(20));

        var outcome = await program.InstallAsync(world.Web() with { WaitLimit = Short }, world, default);

        Assert.Equal((ApplyAction.Failed, "helm had not ended after 65 s"), (outcome.Action, outcome.Reason));
        var sleeper = int.Parse((await File.ReadAllTextAsync(pid)).Trim(), System.Globalization.CultureInfo.InvariantCulture);
        await HelmWorld.EventuallyAsync(async () => !(await HelmWorld.CommandLineAsync(sleeper)).Contains("sleep", StringComparison.Ordinal));
    }

    private static void AssertNoCanary(IEnumerable<string?> texts)
    {
        Assert.All(texts, text => Assert.DoesNotContain("CANARY", text, StringComparison.Ordinal));
        Assert.All(texts, text => Assert.DoesNotMatch("Q0FOQVJZL|NBTkFSWS|DQU5BUlkt", text));
    }
}
