using System.Text;
using System.Text.Json.Nodes;
using RunAiDr.Cluster.Watching;
using RunAiDr.Core;
using RunAiDr.Core.Export;
using RunAiDr.Core.Sync;
using RunAiDr.Tests.Support;
using static RunAiDr.Tests.Cluster.WatchServer;

namespace RunAiDr.Tests.Cluster;

/// <summary>Watches as a real server answered them.</summary>
public class WatchTests
{
    [Fact]
    public async Task Recorded_events_are_told_in_order_and_the_watch_goes_on_after_its_clean_end()
    {
        var lines = Recorded("20-watch-events", 1);
        await using var server = await StartAsync(Ended(lines), Open());

        var events = await server.ReadAsync(7);

        Assert.Equal("Progress,Changed,Changed,Deleted,Progress,Progress,Progress", string.Join(',', events.Select(e => e.Kind)));
        Assert.Equal(["10", "315", "316", "317"], events.Take(4).Select(e => e.Revision));
        Assert.Equal(["1", "2", "2"], events.Skip(1).Take(3).Select(e => (string?)JsonNode.Parse(e.Resource.Span)!["data"]!["v"]));
        Assert.All(events.Where(e => e.Kind == WatchEventKind.Progress), e => Assert.True(e.Resource.IsEmpty));
        Assert.Contains($"resourceVersion={events[4].Revision}", server.Asked[1], StringComparison.Ordinal);
        Assert.Equal("?watch=true&allowWatchBookmarks=true&timeoutSeconds=240&resourceVersion=10", server.Asked[0]);
    }

    [Fact]
    public async Task What_leaves_a_selection_is_deleted_in_its_last_state()
    {
        await using var server = await StartAsync(Open(Recorded("25-watch-selector", 0)));

        var events = await server.ReadAsync(3);

        Assert.Equal(["Progress 10", "Deleted 341", "Changed 343"], Told(events));
        Assert.Equal("y", (string?)JsonNode.Parse(events[1].Resource.Span)!["metadata"]!["labels"]!["w"]);
    }

    [Theory]
    [InlineData("23-watch-410-compacted", 0)]
    [InlineData("92-restart", 8)]
    public async Task A_revision_that_is_too_old_ends_the_watch(string scenario, int exchange)
    {
        await using var server = await StartAsync(Ended(Recorded(scenario, exchange)));

        var events = await server.ReadAsync(9);

        Assert.Equal(["Progress 10", "Expired 10"], Told(events));
        Assert.Contains("(410)", events[1].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bookmark_is_progress_and_no_object()
    {
        var recorded = Recorded("29-watch-bookmarks", 1);
        await using var server = await StartAsync(Open(recorded));

        Assert.Equal(["Progress 10", "Progress 369"], Told(await server.ReadAsync(2)));
    }

    [Fact]
    public async Task Recorded_overload_is_waited_out_and_recorded_refusals_are_failures()
    {
        var busy = RecordedExchanges.Of("90-overload-429")[4];
        var forbidden = RecordedExchanges.Of("28-watch-errors")[5];
        await using var server = await StartAsync(
            Refused(429, busy.Body, busy.ContentType!, busy.RetryAfter), Refused(403, forbidden.Body, "application/json"));

        var failure = await Assert.ThrowsAsync<RunAiDrException>(() => server.ReadAsync(9));

        Assert.Contains(server.Clock.Asked, t => t == TimeSpan.FromSeconds(1.1));
        Assert.Equal(Fault.ClusterRefused, failure.Fault);
    }

    [Fact]
    public async Task The_bytes_of_an_object_are_those_that_the_server_sent_and_stay()
    {
        const string Sent = """{"kind":"ConfigMap","metadata":{"resourceVersion":"11","name":"a"},"data":{"n":"\u003c1.10","u":"ü"}, "x" : 1.10}""";
        await using var server = await StartAsync(Open($$"""{"object":{{Sent}},"type":"ADDED"}""", Line("ADDED", 12, new string('n', 100_000))));

        var events = await server.ReadAsync(3);

        Assert.Equal(Sent, Encoding.UTF8.GetString(events[1].Resource.Span));
    }

    [Fact]
    public async Task Deletions_that_share_a_revision_are_all_told()
    {
        await using var server = await StartAsync(Open(Line("DELETED", 11), Line("DELETED", 11, "b"), Line("DELETED", 12)));

        Assert.Equal(["Progress 10", "Deleted 11", "Deleted 11", "Deleted 12"], Told(await server.ReadAsync(4)));
    }

    [Fact]
    public async Task Cancelling_ends_the_watch_and_its_connection()
    {
        var closed = new TaskCompletionSource();
        await using var server = await StartAsync(context =>
        {
            context.RequestAborted.Register(() => closed.TrySetResult());
            return Open(Line("ADDED", 11))(context);
        });
        using var client = server.Client();
        using var stop = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var happened in client.WatchAsync(new ListSelection(Kinds.ConfigMap), "10", stop.Token))
            {
                if (happened.Kind == WatchEventKind.Changed)
                {
                    stop.CancelAfter(10);
                }
            }
        });

        await closed.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Reading_one_resource_gives_its_bytes_or_null_and_refuses_half_of_it()
    {
        await using var server = await StartAsync(
            Refused(200, """{"kind":"ConfigMap","x":1.10}""", "application/json"), Refused(404), Refused(200, """{"kind":""", "application/json"));
        using var client = server.Client();

        var read = await client.ReadAsync(Kinds.ConfigMap, "w", "a", default);
        Assert.Equal("""{"kind":"ConfigMap","x":1.10}""", Encoding.UTF8.GetString(read!.Value.Span));
        Assert.Null(await client.ReadAsync(Kinds.ConfigMap, "w", "a", default));
        await Assert.ThrowsAsync<RunAiDrException>(() => client.ReadAsync(Kinds.ConfigMap, "w", "a", default));
    }

    [Theory]
    [InlineData("10", "9", true)]
    [InlineData("9", "10", false)]
    [InlineData("10", "10", false)]
    [InlineData("18446744073709551616", "18446744073709551615", true)]
    [InlineData("5", "0", true)]
    [InlineData("5", "", true)]
    [InlineData("opaque-a", "opaque-b", true)]
    [InlineData("opaque-a", "opaque-a", false)]
    public void Revisions_are_compared_as_numbers(string revision, string other, bool after) =>
        Assert.Equal(after, Revisions.IsAfter(revision, other));

    private static string[] Recorded(string scenario, int exchange) =>
        [.. RecordedExchanges.Of(scenario)[exchange].BodyJson.EnumerateArray().Select(line => JsonNode.Parse(line.GetRawText())!.ToJsonString())];
}
