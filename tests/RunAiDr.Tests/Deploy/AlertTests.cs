using System.Text.Json.Nodes;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Deploy;

/// <summary>The alerts ask for metrics that exist, and fire when they should and only then.</summary>
public sealed class AlertTests : IAsyncLifetime, IDisposable
{
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
    public async Task Each_alert_asks_only_for_metrics_that_exist()
    {
        var served = await ServedMetrics.NamesAsync();
        Assert.All(Alerts, alert =>
        {
            var named = ServedMetrics.In((string)alert["expr"]!).ToList();
            Assert.NotEmpty(named);
            Assert.All(named, metric => Assert.Contains(metric, served));
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
        Assert.Equal("https", (string)monitor["spec"]!["endpoints"]![0]!["scheme"]!);
        Assert.Equal(
            (string)_resources.Of("Secret")["metadata"]!["name"]!,
            (string)monitor["spec"]!["endpoints"]![0]!["authorization"]!["credentials"]!["name"]!);
        Assert.Equal((string)service["metadata"]!["namespace"]!, (string)monitor["metadata"]!["namespace"]!);
    }

    private async Task PromtoolAsync(params string[] arguments) =>
        (await EndToEndPrograms.RunAsync(
            _folder.Path, new Dictionary<string, string>(StringComparer.Ordinal), "promtool", arguments)).Expect(0);
}
