using System.Text.Json.Nodes;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Deploy;

/// <summary>The dashboard for Grafana shows metrics that exist, with expressions that Prometheus takes.</summary>
public sealed class DashboardTests : IDisposable
{
    private readonly TestDirectory _folder = new();

    private readonly JsonNode _dashboard =
        JsonNode.Parse(File.ReadAllText(Path.Combine(DeployTemplates.Monitoring, "dashboard.json")))!;

    private List<JsonNode> Panels => [.. _dashboard["panels"]!.AsArray().OfType<JsonNode>()];

    private IEnumerable<string> Expressions =>
        Panels.SelectMany(panel => panel["targets"]!.AsArray()).Select(target => (string)target!["expr"]!);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_panel_has_a_title_a_description_a_unit_and_an_expression()
    {
        Assert.NotEmpty(Panels);
        Assert.All(Panels, panel =>
        {
            Assert.NotEmpty((string?)panel["title"] ?? "");
            Assert.NotEmpty((string?)panel["description"] ?? "");
            Assert.NotEmpty((string?)panel["fieldConfig"]!["defaults"]!["unit"] ?? "");
            Assert.NotEmpty(panel["targets"]!.AsArray());
        });
        Assert.Distinct(Panels.Select(panel => (int)panel["id"]!));
    }

    [Fact]
    public void Only_panels_of_Grafana_itself_are_used_and_none_covers_another()
    {
        Assert.All(Panels, panel => Assert.Contains((string)panel["type"]!, (string[])["stat", "timeseries"]));
        var cells = Panels.Select(panel => panel["gridPos"]!).SelectMany(place =>
            from x in Enumerable.Range((int)place["x"]!, (int)place["w"]!)
            from y in Enumerable.Range((int)place["y"]!, (int)place["h"]!)
            select (x, y)).ToList();

        Assert.Distinct(cells);
        Assert.All(cells, cell => Assert.InRange(cell.x, 0, 23));
    }

    [Fact]
    public void Data_source_namespace_and_cluster_are_chosen_by_the_viewer()
    {
        var variables = _dashboard["templating"]!["list"]!.AsArray().Select(variable => (string)variable!["name"]!);
        var sources = Panels.Select(panel => panel["datasource"]!)
            .Concat(Panels.SelectMany(panel => panel["targets"]!.AsArray()).Select(target => target!["datasource"]!));

        Assert.Equal(["datasource", "namespace", "cluster"], variables);
        Assert.All(sources, source => Assert.Equal("${datasource}", (string)source["uid"]!));
        Assert.All(Expressions, expression => Assert.Contains("$namespace", expression, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Each_expression_asks_only_for_metrics_that_exist()
    {
        var served = await ServedMetrics.NamesAsync();

        Assert.All(Expressions, expression =>
        {
            var named = ServedMetrics.In(expression).ToList();
            Assert.NotEmpty(named);
            Assert.All(named, metric => Assert.Contains(metric, served));
        });
    }

    [Fact]
    public async Task Prometheus_accepts_each_expression()
    {
        var rules = Expressions.Select((expression, i) => new JsonObject { ["record"] = $"panel:{i}", ["expr"] = Chosen(expression) });
        var file = new JsonObject
        {
            ["groups"] = new JsonArray(new JsonObject { ["name"] = "panels", ["rules"] = new JsonArray([.. rules]) }),
        };
        await File.WriteAllTextAsync(_folder.File("panels.json"), file.ToJsonString());

        var ended = await EndToEndPrograms.RunAsync(
            _folder.Path, new Dictionary<string, string>(StringComparer.Ordinal), "promtool", "check", "rules", "panels.json");

        ended.Expect(0);
    }

    [Fact]
    public async Task Each_expression_finds_something_in_a_service_that_has_measured_everything()
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        await using var prometheus = await PrometheusServer.StartAsync(Scraped(await ServedMetrics.TextAsync(), now), "global: {}\n");
        using var http = new HttpClient { BaseAddress = prometheus.Url };
        foreach (var expression in Expressions)
        {
            var answer = JsonNode.Parse(await http.GetStringAsync(
                new Uri($"api/v1/query?time={now}&query={Uri.EscapeDataString(Chosen(expression))}", UriKind.Relative)))!;

            Assert.True(answer["data"]!["result"]!.AsArray().Count > 0, expression);
        }
    }

    /// <summary>The samples of some minutes, with the labels that a ServiceMonitor adds.</summary>
    private static string Scraped(string text, long until) => string.Join('\n',
        from line in text.Split('\n')
        where line.StartsWith("runai_dr_", StringComparison.Ordinal) || line.StartsWith("dotnet_", StringComparison.Ordinal)
        let parts = line.Split(['{', '}'])
        let value = parts[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0]
        from time in Enumerable.Range(0, 10).Select(i => until - 135 + (15 * i))
        select $"{parts[0]}{{namespace=\"runai-dr\",pod=\"a\"{(parts[1].Length > 0 ? "," : "")}{parts[1]}}} {value} {time}");

    /// <summary>As Grafana sends it, with its own variables replaced.</summary>
    private static string Chosen(string expression) => expression
        .Replace("$__rate_interval", "2m", StringComparison.Ordinal)
        .Replace("$namespace", ".*", StringComparison.Ordinal)
        .Replace("$cluster", ".*", StringComparison.Ordinal);
}
