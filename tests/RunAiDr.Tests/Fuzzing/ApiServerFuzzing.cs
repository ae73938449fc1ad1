using System.Text;
using RunAiDr.Cluster;
using RunAiDr.Cluster.Connections;
using RunAiDr.Cluster.Forwarding;
using RunAiDr.Core;
using RunAiDr.Core.Export;
using RunAiDr.Core.Sync;
using RunAiDr.Tests.Cluster;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Fuzzing;

/// <summary>Whatever an API server answers is taken or a failure by name; what is handed on is sound JSON.</summary>
public class ApiServerFuzzing
{
    private static readonly ListSelection ConfigMaps = new(Kinds.ConfigMap, "w");

    [Fact]
    public Task Pages_of_a_list() => TryAsync(
        "api-list", Bodies("11-list-paging", "10-list-basics", "14-list-410-exact"), async (client, _) =>
        {
            await foreach (var page in client.ReadCutAsync([ConfigMaps], default))
            {
                foreach (var item in page.Items)
                {
                    ListedItem.Clean(ListedItem.HeadOf(page.Selection.Kind, item));
                }
            }
        });

    [Fact]
    public Task Lines_of_a_watch() => TryAsync("api-watch", Lines("20-watch-events", "23-watch-410-compacted"), async (client, _) =>
    {
        await foreach (var happened in client.WatchAsync(ConfigMaps, "1", default))
        {
            if (!happened.Resource.IsEmpty)
            {
                ListedItem.Clean(ListedItem.HeadOf(Kinds.ConfigMap, happened.Resource));
            }

            if (happened.Kind is WatchEventKind.Interrupted or WatchEventKind.Expired)
            {
                return;
            }
        }
    });

    [Fact]
    public Task Discovery() => TryAsync(
        "api-discovery",
        Bodies("02-discovery-legacy", "03-discovery-aggregated", "04-discovery-resources"),
        async (client, _) => await client.DiscoverAsync(default));

    [Fact]
    public Task Objects_and_refusals() => TryAsync("api-object", Bodies("35-create", "41-apply-conflict-force", "66-forbidden"), async (client, input) =>
    {
        await client.GetAsync(Kinds.ConfigMap, "w", "a", default);
        await client.ReadAsync(Kinds.ConfigMap, "w", "a", default);
        await client.IdentifyAsync(default);
        await client.ListAsync(ConfigMaps, default);
        await ForwardTarget.FindAsync(client, "w", "a", 80, default);
    });

    private static byte[][] Bodies(params string[] scenarios) =>
        [.. scenarios.SelectMany(RecordedExchanges.Of).Select(exchange => Encoding.UTF8.GetBytes(exchange.Body)).Where(body => body.Length is > 2 and < 20_000)];

    private static byte[][] Lines(params string[] scenarios) => [.. scenarios.SelectMany(RecordedExchanges.Of)
        .Where(exchange => exchange.Path.Contains("watch=", StringComparison.Ordinal) && exchange.BodyJson.ValueKind == System.Text.Json.JsonValueKind.Array)
        .Select(exchange => Encoding.UTF8.GetBytes(string.Concat(exchange.BodyJson.EnumerateArray().Select(line => System.Text.Json.JsonSerializer.Serialize(line) + "\n"))))];

    private static async Task TryAsync(string target, byte[][] samples, Func<ClusterClient, byte[], Task> read)
    {
        Assert.NotEmpty(samples);
        await using var server = await AnsweringServer.StartAsync(_ => "application/json");
        using var client = new ClusterClient(
            new ClusterConnection(server.Url) { Timeouts = HastyClock.Patient }, new HastyClock(divisor: 1_000_000), () => 0.5);
        await Fuzzer.RunAsync(
            target,
            samples,
            async input =>
            {
                server.Answer = input;
                foreach (var status in (int[])[200, 422])
                {
                    server.Status = status;
                    try
                    {
                        await read(client, input);
                    }
                    catch (RunAiDrException refusal) when (status == 200)
                    {
                        Assert.NotEmpty(refusal.Message);
                    }
                }
            },
            "\"resourceVersion\":\"9\"", "\"continue\":\"x\"", "\"items\":[", "\"kind\":\"Status\"", "\"type\":\"ERROR\"", "\\ud83d", "\"metadata\":");
    }
}
