using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using RunAiDr.Core;
using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Sync;
using RunAiDr.Tests.Cli.Service.Web;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Deploy;

/// <summary>The alerts ask for metrics that exist, and fire when they should and only then.</summary>
public sealed partial class AlertTests : IAsyncLifetime, IDisposable
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
        var served = await ServedAsync();
        Assert.All(Alerts, alert =>
        {
            var named = MetricName().Matches((string)alert["expr"]!).Select(match => match.Value).ToList();
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

    /// <summary>The names that <c>/metrics</c> of the service shows once everything has been measured.</summary>
    private static async Task<IReadOnlyList<string>> ServedAsync()
    {
        using var meters = new SyncMeters();
        var journal = new SyncJournal("prod", meters, NullLogger.Instance, TimeProvider.System, () => 0);
        await using var web = await WebScene.StartAsync();
        journal.Exported(null, [], Report, [], TimeSpan.Zero);
        journal.Interrupted(new ListSelection(KnownKinds.Namespace), "cut");
        journal.Failed(new RunAiDrException(Fault.NeedsOperator, "stop", "look"));
        meters.Observe(journal.Status);
        meters.Observe(() => new PushStatus(0, TimeSpan.Zero, null));
        meters.Observe(() => [new RecoveryMeasurement("prod", "database", TimeSpan.FromHours(1), TimeSpan.FromHours(2))]);
        meters.Observe(() => [new RehearsalMeasurement("prod", true, TimeSpan.FromHours(1), TimeSpan.FromMinutes(1))]);
        meters.CommitLag.Record(1);
        meters.PushLag.Record(1);
        meters.PushFailures.Add(1);
        var text = (await web.GetAsync("/metrics")).Text;
        return [.. MetricName().Matches(text).Select(match => match.Value).Distinct(StringComparer.Ordinal)];
    }

    private static ExportReport Report { get; } = new()
    {
        Cluster = "prod",
        Info = SampleRestorePoint.Info,
        Revision = "1",
        Counts = new Dictionary<string, int>(StringComparer.Ordinal) { ["namespaces"] = 1 },
        LackingKinds = [],
        Terminating = [],
        Placeholders = [],
        CompareOnly = [],
        Warnings = [],
        LastManagers = new Dictionary<string, string>(StringComparer.Ordinal),
        KindNames = new Dictionary<string, string>(StringComparer.Ordinal),
    };

    private async Task PromtoolAsync(params string[] arguments) =>
        (await EndToEndPrograms.RunAsync(
            _folder.Path, new Dictionary<string, string>(StringComparer.Ordinal), "promtool", arguments)).Expect(0);

    [GeneratedRegex("runai_dr_[a-z_]+", RegexOptions.None, 1000)]
    private static partial Regex MetricName();
}
