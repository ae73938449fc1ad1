using System.Text;
using System.Text.Json.Nodes;
using RunAiDr.Core;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Snapshots;
using RunAiDr.Core.Yaml;

namespace RunAiDr.Data.Metrics;

/// <summary>
/// A Prometheus, or a Thanos query with its stores. Every question is about one moment or about what the server knows of
/// itself, so that half a year of samples is not read.
/// </summary>
public sealed class PrometheusStore(PrometheusOptions options, TimeProvider clock) : IMetricsStore
{
    private const string Everything = "{__name__=~\".+\"}";

    // Times that stand for "unknown" or "for ever" lie outside; clocks of other machines may be fast.
    private static readonly DateTimeOffset Earliest = DateTimeOffset.UnixEpoch.AddYears(30);
    private static readonly TimeSpan Fast = TimeSpan.FromDays(1);

    /// <inheritdoc/>
    public async Task<MetricsFacts> FactsAsync(CancellationToken ct)
    {
        using var api = new PrometheusApi(options, clock);
        await api.GreetAsync(ct);
        return await api.DataAsync("stores", ct) is JsonObject stores
            ? await OfThanosAsync(api, stores, ct)
            : await OfPrometheusAsync(api, ct);
    }

    private async Task<MetricsFacts> OfPrometheusAsync(PrometheusApi api, CancellationToken ct)
    {
        var head = (await api.DataAsync("status/tsdb", ct) as JsonObject)?.Map("headStats");
        var runtime = await api.DataAsync("status/runtimeinfo", ct) as JsonObject;
        var at = Time(head?["maxTime"]);
        return new MetricsFacts(
            LabelsOf((await api.DataAsync("status/config", ct) as JsonObject)?.Text("yaml")),
            Oldest: FromSeconds(await api.OwnMetricAsync("prometheus_tsdb_lowest_timestamp_seconds", ct)),
            Newest: await NewestAsync(api, at, ct),
            Series: await SeriesAsync(api, ct),
            Retention: NullIfEmpty(runtime?.Text("storageRetention")));
    }

    // Stores that still take samples give no newest time but one far in the future.
    private async Task<MetricsFacts> OfThanosAsync(PrometheusApi api, JsonObject stores, CancellationToken ct)
    {
        var all = stores.SelectMany(kind => stores.Maps(kind.Key)).ToList();
        return new MetricsFacts(
            CommonLabels(all.SelectMany(store => store.Maps("labelSets"))),
            Oldest: all.Select(store => Time(store["minTime"])).Min(),
            Newest: await NewestAsync(api, at: null, ct),
            Series: await SeriesAsync(api, ct));
    }

    private static async Task<long?> SeriesAsync(PrometheusApi api, CancellationToken ct) =>
        await api.NumberAsync($"count({Everything})", at: null, ct) is { } count and >= 0 and < long.MaxValue
            ? (long)count
            : null;

    // Each scraped target has the series up. Of all series a time can be asked only where no two differ by the name alone:
    // it has no name any more. Where nothing has come for a while, up is looked back for.
    private async Task<DateTimeOffset?> NewestAsync(PrometheusApi api, DateTimeOffset? at, CancellationToken ct) =>
        FromSeconds(await api.NumberAsync("max(timestamp(up))", at, ct)
            ?? await api.NumberAsync($"max(timestamp({Everything}))", at, ct)
            ?? await api.NumberAsync("max(max_over_time(timestamp(up)[1d:5m]))", at, ct)
            ?? await api.NumberAsync("max(max_over_time(timestamp(up)[30d:5m]))", at, ct));

    private DateTimeOffset? Time(JsonNode? milliseconds) =>
        milliseconds is JsonValue value && value.TryGetValue<long>(out var time) ? FromSeconds(time / 1000d) : null;

    private DateTimeOffset? FromSeconds(double? seconds) =>
        seconds >= Earliest.ToUnixTimeSeconds() && seconds <= (clock.GetUtcNow() + Fast).ToUnixTimeSeconds()
            ? DateTimeOffset.UnixEpoch.AddMilliseconds(Math.Round(seconds.Value * 1000))
            : null;

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private Dictionary<string, string> LabelsOf(string? yaml)
    {
        if (yaml is null)
        {
            return [];
        }

        try
        {
            return CommonLabels((YamlReader.Read(Encoding.UTF8.GetBytes(yaml), options.Url.Host, Fault.Snapshot) as JsonObject)
                ?.Map("global")?.Map("external_labels") is { } labels ? [labels] : []);
        }
        catch (RunAiDrException)
        {
            // A configuration in a dialect that is not ours is no reason to do without the other facts.
            return [];
        }
    }

    // Labels that begin with @ are not of the data: Thanos marks kinds of stores with them.
    private static Dictionary<string, string> CommonLabels(IEnumerable<JsonObject> sets)
    {
        var texts = sets.Select(set => set.Where(label => !label.Key.StartsWith('@'))
            .ToDictionary(label => label.Key, label => TextOf(label.Value), StringComparer.Ordinal)).Where(set => set.Count > 0).ToList();
        return texts.Count == 0 ? [] : texts[0].Where(label => texts.TrueForAll(set => set.Contains(label)))
            .ToDictionary(StringComparer.Ordinal);
    }

    private static string TextOf(JsonNode? value) => value.AsText() ?? value?.ToJsonString() ?? "";
}
