using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using RunAiDr.Core.Snapshots;
using RunAiDr.Data.Metrics;
using RunAiDr.Tests.Cluster;

namespace RunAiDr.Tests.Data.Metrics;

/// <summary>Against answers of the shape that Thanos query gives.</summary>
public class ThanosStoreTests
{
    // A receiver that takes samples has a maxTime that never comes; a sidecar without data has both far off.
    private const string Stores = """
        {"status":"success","data":{
          "receive":[
            {"name":"receive-0:10901","lastCheck":"2026-11-27T00:00:00Z","lastError":null,
             "labelSets":[{"cluster":"prod","receive_replica":"0","tenant_id":"default"}],"minTime":1777593600000,"maxTime":9223372036854775807},
            {"name":"receive-1:10901","lastCheck":"2026-11-27T00:00:00Z","lastError":null,
             "labelSets":[{"cluster":"prod","receive_replica":"1","tenant_id":"default"}],"minTime":1778000000000,"maxTime":9223372036854775807}],
          "sidecar":[
            {"name":"sidecar:10901","lastCheck":"2026-11-27T00:00:00Z","lastError":"connection refused","labelSets":null,
             "minTime":-62167219200000,"maxTime":9223309901257974}],
          "store":[
            {"name":"store:10901","lastCheck":"2026-11-27T00:00:00Z","lastError":null,
             "labelSets":[{"@thanos_compatibility_store_type":"store"}],"minTime":9223372036854775807,"maxTime":-9223372036854775808}]}}
        """;

    [Fact]
    public async Task Time_and_labels_come_from_the_stores_and_the_rest_from_queries_that_must_be_whole()
    {
        var asked = new ConcurrentBag<string>();
        var facts = await FactsAsync(query =>
        {
            asked.Add(query["partial_response"].ToString());
            return query["query"].ToString() switch
            {
                var text when text.StartsWith("count(", StringComparison.Ordinal) => "12345",
                var text when text.StartsWith("max(timestamp(", StringComparison.Ordinal) => "1780000000.25",
                _ => "1",
            };
        });

        Assert.Equal(new SortedDictionary<string, string> { ["cluster"] = "prod", ["tenant_id"] = "default" }, new SortedDictionary<string, string>(facts.ExternalLabels.ToDictionary()));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1777593600000), facts.Oldest);
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1780000000250), facts.Newest);
        Assert.Equal(12345, facts.Series);
        Assert.Null(facts.Retention);
        Assert.Equal(2, asked.Count(partial => partial == "false"));
    }

    [Fact]
    public async Task Where_nothing_came_for_a_while_the_newest_sample_is_looked_back_for()
    {
        var facts = await FactsAsync(query => query["query"].ToString().Contains("[30d", StringComparison.Ordinal) ? "1780000000" : null);

        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1780000000), facts.Newest);
        Assert.Null(facts.Series);
    }

    [Theory]
    [InlineData("NaN")]
    [InlineData("+Inf")]
    [InlineData("-Inf")]
    [InlineData("1e300")]
    [InlineData("lots")]
    public async Task A_number_that_is_none_is_a_fact_that_was_not_told(string number)
    {
        var facts = await FactsAsync(_ => number);

        Assert.Null(facts.Newest);
        Assert.Null(facts.Series);
        Assert.NotNull(facts.Oldest);
    }

    private static async Task<MetricsFacts> FactsAsync(Func<IQueryCollection, string?> number)
    {
        await using var server = await LoopbackServer.StartAsync(async http =>
        {
            http.Response.ContentType = "application/json";
            await http.Response.WriteAsync(http.Request.Path.Value switch
            {
                "/api/v1/stores" => Stores,
                "/api/v1/query" when number(http.Request.Query) is { } value =>
                    $$$"""{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1780000000,"{{{value}}}"]}]}}""",
                _ => """{"status":"success","data":{"resultType":"vector","result":[]}}""",
            });
        });
        return await new PrometheusStore(new PrometheusOptions { Url = server.Url }, TimeProvider.System).FactsAsync(CancellationToken.None);
    }
}
