using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Deploy;

/// <summary>The alerts ask for metrics that exist, and fire when they should and only then.</summary>
public sealed partial class AlertTests : IAsyncLifetime, IDisposable
{
    /// <summary>What <c>/metrics</c> of sync serves.</summary>
    private static readonly string[] Metrics =
    [
        "runai_dr_ready", "runai_dr_restore_point_age_seconds", "runai_dr_commit_lag_seconds", "runai_dr_push_lag_seconds",
        "runai_dr_unpushed_commits", "runai_dr_unpushed_age_seconds", "runai_dr_watch_restarts_total", "runai_dr_resources",
        "runai_dr_guard_stops_total", "runai_dr_guard_stopped", "runai_dr_push_failures_total", "runai_dr_leader",
        "runai_dr_resyncs_total",
    ];

    private readonly TestDirectory _folder = new();
    private IReadOnlyList<JsonObject> _resources = [];

    private JsonObject Spec => _resources.Of("PrometheusRule")["spec"]!.AsObject();

    private IEnumerable<JsonNode> Alerts => Spec["groups"]!.AsArray().SelectMany(group => group!["rules"]!.AsArray())!;

    public async Task InitializeAsync()
    {
        _resources = await DeployTemplates.BuildAsync(DeployTemplates.Monitoring);
        await File.WriteAllTextAsync(_folder.File("rules.json"), Spec.ToJsonString());
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_alert_asks_only_for_metrics_that_exist()
    {
        Assert.All(Alerts, alert =>
        {
            var named = MetricName().Matches((string)alert["expr"]!).Select(match => match.Value).ToList();
            Assert.NotEmpty(named);
            Assert.All(named, metric => Assert.Contains(metric, Metrics));
        });
    }

    [Fact]
    public void Each_alert_says_what_is_wrong_and_what_to_do()
    {
        Assert.All(Alerts, alert =>
        {
            Assert.Contains((string?)alert["labels"]!["severity"], (string[])["critical", "warning"]);
            Assert.All(
                (string[])["summary", "description", "runbook"],
                text => Assert.NotEmpty((string?)alert["annotations"]![text] ?? ""));
        });
    }

    [Fact]
    public async Task Prometheus_accepts_the_rules() => await PromtoolAsync("check", "rules", "rules.json");

    [Fact]
    public async Task Each_alert_fires_when_it_should_and_only_then()
    {
        var cases = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "TestData", "deploy", "alerts.test.yaml"));
        await File.WriteAllTextAsync(_folder.File("alerts.test.yaml"), cases);

        Assert.All(Alerts, alert => Assert.Contains($"alertname=\"{alert["alert"]}\"", cases, StringComparison.Ordinal));
        await PromtoolAsync("test", "rules", "alerts.test.yaml");
    }

    [Fact]
    public async Task The_metrics_are_read_from_the_service()
    {
        var service = (await DeployTemplates.BuildAsync(DeployTemplates.Base)).Of("Service");
        var monitor = _resources.Of("ServiceMonitor");

        Assert.Equal(
            service["metadata"]!["labels"]!.ToJsonString(), monitor["spec"]!["selector"]!["matchLabels"]!.ToJsonString());
        Assert.Equal((string)service["spec"]!["ports"]![0]!["name"]!, (string)monitor["spec"]!["endpoints"]![0]!["port"]!);
        Assert.Equal("/metrics", (string)monitor["spec"]!["endpoints"]![0]!["path"]!);
        Assert.Equal((string)service["metadata"]!["namespace"]!, (string)monitor["metadata"]!["namespace"]!);
    }

    private async Task PromtoolAsync(params string[] arguments) =>
        (await EndToEndPrograms.RunAsync(
            _folder.Path, new Dictionary<string, string>(StringComparer.Ordinal), "promtool", arguments)).Expect(0);

    [GeneratedRegex("runai_dr_[a-z_]+", RegexOptions.None, 1000)]
    private static partial Regex MetricName();
}
