using RunAiDr.Core.Snapshots;
using RunAiDr.Data.Metrics;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Data.Metrics;

/// <summary>Against a real Prometheus.</summary>
public class PrometheusStoreTests
{
    private const string Configuration = """
        global:
          external_labels:
            cluster: prod
            replica: "0"
        """;

    private static readonly DateTimeOffset Start = new(2026, 5, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task What_a_block_of_history_holds_is_told()
    {
        var samples = string.Join('\n', Enumerable.Range(0, 5).Select(hour => (Start + TimeSpan.FromHours(hour)).ToUnixTimeSeconds())
            .SelectMany(time => new[] { $"up{{job=\"a\"}} 1 {time}", $"up{{job=\"b\"}} NaN {time}" })
            .Order(StringComparer.Ordinal).Prepend("# TYPE up gauge"));
        await using var server = await PrometheusServer.StartAsync(samples, Configuration, "--storage.tsdb.retention.time=20y");

        var facts = await FactsAsync(server);

        Assert.Equal(new SortedDictionary<string, string> { ["cluster"] = "prod", ["replica"] = "0" }, new SortedDictionary<string, string>(facts.ExternalLabels.ToDictionary()));
        Assert.Equal((Start, Start + TimeSpan.FromHours(4)), (facts.Oldest, facts.Newest));
        Assert.Equal("20y", facts.Retention);
        Assert.Null(facts.Series); // none has a sample now
    }

    [Fact]
    public async Task Series_with_a_sample_now_are_counted()
    {
        const string scraping = "\nscrape_configs:\n- job_name: closed\n  scrape_interval: 1s\n  static_configs:\n  - targets: ['127.0.0.1:9']\n";
        await using var server = await PrometheusServer.StartAsync(openMetrics: null, Configuration + scraping);

        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        MetricsFacts facts;
        do
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, limit.Token);
            facts = await FactsAsync(server);
        }
        while (facts.Series is null || facts.Newest is null);

        Assert.InRange(facts.Series.Value, 1, 10); // up and its companions; nobody listens at the target
        Assert.True(facts.Oldest <= facts.Newest);
    }

    [Fact]
    public async Task An_empty_one_has_no_samples()
    {
        await using var server = await PrometheusServer.StartAsync(openMetrics: null, "global: {}");

        var facts = await FactsAsync(server);

        Assert.Empty(facts.ExternalLabels);
        Assert.Equal((null, null, null), (facts.Oldest, facts.Newest, facts.Series));
        Assert.Equal("15d", facts.Retention);
    }

    [Fact]
    public async Task A_path_before_the_api_is_kept()
    {
        await using var server = await PrometheusServer.StartAsync(openMetrics: null, Configuration, "--web.route-prefix=/metrics-of/a", "--web.external-url=http://127.0.0.1/metrics-of/a");

        var facts = await FactsAsync(server, server.Url.AbsoluteUri.TrimEnd('/'));

        Assert.Equal("prod", facts.ExternalLabels["cluster"]);
    }

    private static Task<MetricsFacts> FactsAsync(PrometheusServer server, string? url = null) => new PrometheusStore(
        new PrometheusOptions { Url = url is null ? server.Url : new Uri(url) }, TimeProvider.System).FactsAsync(CancellationToken.None);
}
