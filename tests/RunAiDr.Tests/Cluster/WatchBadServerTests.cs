using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using RunAiDr.Cluster;
using RunAiDr.Cluster.Connections;
using RunAiDr.Core;
using RunAiDr.Core.Export;
using RunAiDr.Core.Sync;
using static RunAiDr.Tests.Cluster.WatchServer;

namespace RunAiDr.Tests.Cluster;

/// <summary>Watches of a server that is silent, cut off, overloaded, broken or somebody else.</summary>
public class WatchBadServerTests
{
    [Fact]
    public async Task Silence_for_longer_than_the_watch_may_last_is_an_interruption()
    {
        await using var server = await StartAsync(1000, Open(Line("ADDED", 11)), Open(Line("MODIFIED", 12)));

        var events = await server.ReadAsync(5);

        Assert.Equal(["Progress 10", "Changed 11", "Interrupted 11", "Progress 11", "Changed 12"], Told(events));
        Assert.Equal("neither an event nor a bookmark for 270 s", events[2].Reason);
        Assert.Contains("timeoutSeconds=240&resourceVersion=11", server.Asked[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Half_a_line_and_then_silence_is_an_interruption_soon()
    {
        await using var server = await StartAsync(Half, Open(Line("ADDED", 11)));
        server.Timeouts = HastyClock.Patient with { Idle = TimeSpan.FromSeconds(30) };

        var events = await server.ReadAsync(4);

        Assert.Equal(["Progress 10", "Interrupted 10", "Progress 10", "Changed 11"], Told(events));
        Assert.Equal("an event stopped in the middle for 30 s", events[1].Reason);

        static async Task Half(HttpContext context)
        {
            await SendAsync(context);
            await context.Response.WriteAsync(Line("ADDED", 11)[..40]);
            await Open()(context);
        }
    }

    [Fact]
    public async Task A_line_that_drips_is_an_interruption()
    {
        await using var server = await StartAsync(1000, Drip, Open(Line("ADDED", 11)));

        var events = await server.ReadAsync(4);

        Assert.Equal(["Progress 10", "Interrupted 10", "Progress 10", "Changed 11"], Told(events));

        static async Task Drip(HttpContext context)
        {
            await SendAsync(context);
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.WriteAsync(" ", context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, context.RequestAborted);
            }
        }
    }

    [Fact]
    public async Task A_slow_reader_is_no_silence()
    {
        await using var server = await StartAsync(1000, Open(Line("ADDED", 11), Line("ADDED", 12), Line("ADDED", 13)));

        var events = await server.ReadUntilAsync(e => e.Revision == "13", TimeSpan.FromMilliseconds(400));

        Assert.Equal(["Progress 10", "Changed 11", "Changed 12", "Changed 13"], Told(events));
    }

    [Fact]
    public async Task A_cut_in_the_middle_of_an_event_loses_and_doubles_nothing()
    {
        await using var server = await StartAsync(
            Cut(Line("ADDED", 13)[..60], Line("ADDED", 11), Line("ADDED", 12)),
            Open(Line("ADDED", 11), Line("ADDED", 12), Line("ADDED", 13)));

        var events = await server.ReadAsync(6);

        Assert.Equal(
            ["Progress 10", "Changed 11", "Changed 12", "Interrupted 12", "Progress 12", "Changed 13"], Told(events));
        Assert.Equal("the connection was lost", events[3].Reason);
    }

    [Fact]
    public async Task A_clean_end_in_the_middle_of_an_event_is_an_interruption()
    {
        await using var server = await StartAsync(HalfAndEnd, Open(Line("ADDED", 11)));

        var events = await server.ReadAsync(4);

        Assert.Equal(["Progress 10", "Interrupted 10", "Progress 10", "Changed 11"], Told(events));
        Assert.Equal("the server ended the watch in the middle of an event", events[1].Reason);

        static async Task HalfAndEnd(HttpContext context)
        {
            await SendAsync(context);
            await context.Response.WriteAsync(Line("ADDED", 11)[..60]);
        }
    }

    [Fact]
    public async Task A_watch_that_ends_at_once_each_time_is_tried_again_after_growing_pauses()
    {
        await using var server = await StartAsync(Ended(), Ended(), Ended(), Open(Line("ADDED", 11)));

        var events = await server.ReadAsync(8);

        Assert.Equal("Progress,Interrupted,Progress,Interrupted,Progress,Interrupted,Progress,Changed", Kinds(events));
        AssertPauses(server, 0.1, 0.2, 0.4);
    }

    [Theory]
    [InlineData("<html><title>Please log in</title>", "it begins: <html>")]
    [InlineData("not json", "it begins: not json")]
    public async Task A_page_of_somebody_else_is_an_interruption_that_tells_what_it_is(string page, string told)
    {
        await using var server = await StartAsync(Refused(200, page, "text/html"), Open(Line("ADDED", 11)));

        var events = await server.ReadAsync(3);

        Assert.Equal(["Interrupted 10", "Progress 10", "Changed 11"], Told(events));
        Assert.Contains(told, events[0].Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no json")]
    [InlineData("""{"type":"ADDED"}""")]
    [InlineData("""{"type":"STRANGE","object":{"metadata":{"resourceVersion":"11"}}}""")]
    [InlineData("""{"type":"ADDED","object":{"metadata":{"name":"a"}}}""")]
    [InlineData("""{"type":"ADDED","object":{"metadata":{"resourceVersion":"11"}}""")]
    public async Task A_line_that_is_no_event_is_an_interruption(string line)
    {
        await using var server = await StartAsync(Open(line), Open(Line("ADDED", 11)));

        var events = await server.ReadAsync(4);

        Assert.Equal(["Progress 10", "Interrupted 10", "Progress 10", "Changed 11"], Told(events));
        Assert.Equal("the server sent a line that is no watch event", events[1].Reason);
    }

    [Fact]
    public async Task A_line_without_end_is_an_interruption()
    {
        await using var server = await StartAsync(Endless, Open(Line("ADDED", 11)));

        var events = await server.ReadAsync(4);

        Assert.Equal(["Progress 10", "Interrupted 10", "Progress 10", "Changed 11"], Told(events));
        Assert.Equal("the server sent a line of more than 32 MiB", events[1].Reason);

        static async Task Endless(HttpContext context)
        {
            await SendAsync(context);
            var part = new byte[1024 * 1024];
            Array.Fill(part, (byte)'x');
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(part, context.RequestAborted);
            }
        }
    }

    [Fact]
    public async Task Overload_is_waited_out_as_long_as_the_server_asks()
    {
        await using var server = await StartAsync(Refused(429, "Too many requests", retryAfter: "7"), Open(Line("ADDED", 11)));

        var events = await server.ReadAsync(3);

        Assert.Equal(["Interrupted 10", "Progress 10", "Changed 11"], Told(events));
        AssertPauses(server, 7.1);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    [InlineData(400)]
    public async Task A_broken_server_is_tried_again(int status)
    {
        await using var server = await StartAsync(Refused(status), Refused(status), Open(Line("ADDED", 11)));

        var events = await server.ReadAsync(4);

        Assert.Equal(["Interrupted 10", "Interrupted 10", "Progress 10", "Changed 11"], Told(events));
        Assert.Contains($"({status}", events[0].Reason, StringComparison.Ordinal);
        AssertPauses(server, 0.1, 0.2);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(405)]
    public async Task A_refusal_ends_the_watch_with_a_failure(int status)
    {
        await using var server = await StartAsync(Ended(Line("ADDED", 11)), Refused(status));

        var failure = await Assert.ThrowsAsync<RunAiDrException>(() => server.ReadAsync(9));

        Assert.Contains("watch configmaps in namespace w", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"{status}", failure.Message, StringComparison.Ordinal);
        if (status == 403)
        {
            Assert.Contains("verbs: [\"watch\"]", failure.Remedy, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_410_answer_ends_the_watch()
    {
        await using var server = await StartAsync(Refused(410));

        Assert.Equal(["Expired 10"], Told(await server.ReadAsync(9)));
    }

    [Fact]
    public async Task An_error_event_of_the_server_is_tried_again()
    {
        await using var server = await StartAsync(Ended(Line("ADDED", 11), Error(500, "InternalError")), Open(Line("ADDED", 12)));

        var events = await server.ReadAsync(5);

        Assert.Equal(["Progress 10", "Changed 11", "Interrupted 11", "Progress 11", "Changed 12"], Told(events));
        Assert.Contains("500 InternalError: no luck", events[2].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_fails_at_the_same_event_each_time_makes_a_list_necessary()
    {
        await using var server = await StartAsync(Ended(Error(500, "InternalError")));

        var events = await server.ReadAsync(99);

        Assert.Equal(5, events.Count(e => e.Kind == WatchEventKind.Progress));
        Assert.Equal(WatchEventKind.Expired, events[^1].Kind);
    }

    [Fact]
    public async Task Headers_that_never_end_are_an_interruption()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        using var stop = new CancellationTokenSource();
        var dripping = DripAsync(listener, stop.Token);
        using var client = new ClusterClient(
            new ClusterConnection(new Uri($"http://127.0.0.1:{port}")) { Timeouts = HastyClock.Patient with { Answer = TimeSpan.FromSeconds(65) } },
            new HastyClock(),
            () => 0);

        await foreach (var happened in client.WatchAsync(new ListSelection(RunAiDr.Tests.Cluster.Kinds.ConfigMap), "10", default))
        {
            Assert.Equal(WatchEventKind.Interrupted, happened.Kind);
            Assert.Contains("no answer within 65 s", happened.Reason, StringComparison.Ordinal);
            break;
        }

        await stop.CancelAsync();
        await dripping;
    }

    [Fact]
    public async Task A_closed_port_is_an_interruption_for_as_long_as_it_lasts()
    {
        var clock = new HastyClock(1000);
        using var client = new ClusterClient(new ClusterConnection(new Uri("http://127.0.0.1:1")) { Timeouts = HastyClock.Patient }, clock, () => 1);
        var reasons = new List<string?>();

        await foreach (var happened in client.WatchAsync(new ListSelection(RunAiDr.Tests.Cluster.Kinds.ConfigMap), "10", default))
        {
            reasons.Add(happened.Reason);
            if (reasons.Count == 12)
            {
                break;
            }
        }

        Assert.All(reasons, r => Assert.Contains("no connection (ConnectionRefused)", r, StringComparison.Ordinal));
        Assert.Equal(3, clock.Asked.Count(t => t == TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Credentials_are_renewed_when_a_new_connection_is_refused()
    {
        var tokens = new List<string>();
        await using var server = await StartAsync(Noted(Ended(Line("ADDED", 11))), Noted(Refused(401)), Noted(Open(Line("ADDED", 12))));
        server.Credentials = new CountedTokens();

        var events = await server.ReadAsync(4);

        Assert.Equal(["Progress 10", "Changed 11", "Progress 11", "Changed 12"], Told(events));
        Assert.Equal(["Bearer token-0", "Bearer token-0", "Bearer token-1"], tokens);

        RequestDelegate Noted(RequestDelegate answer) => context =>
        {
            tokens.Add(context.Request.Headers.Authorization.ToString());
            return answer(context);
        };
    }

    [Fact]
    public async Task A_watch_is_not_ended_by_the_limit_of_whole_answers()
    {
        await using var server = await StartAsync(Late);
        server.Timeouts = HastyClock.Patient with { Whole = TimeSpan.FromSeconds(10), Idle = TimeSpan.FromSeconds(10) };

        Assert.Equal(["Progress 10", "Changed 11", "Changed 12"], Told(await server.ReadAsync(3)));

        static async Task Late(HttpContext context)
        {
            await SendAsync(context, Line("ADDED", 11));
            await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System, context.RequestAborted);
            await SendAsync(context, Line("ADDED", 12));
            await Open()(context);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Thousands_of_events_over_a_connection_that_breaks_anywhere_come_once_and_in_order(int seed)
    {
        const int Count = 5000;
        var chance = new Random(seed);
        await using var server = await StartAsync(10_000, Faulty);

        var events = await server.ReadUntilAsync(e => e.Kind == WatchEventKind.Changed && e.Revision == $"{10 + Count}");

        Assert.Equal(Enumerable.Range(11, Count), Revisions(events));
        Assert.Contains(events, e => e.Kind == WatchEventKind.Interrupted);

        async Task Faulty(HttpContext context)
        {
            // The server sends some events again that the client has seen.
            var from = Math.Max(11, int.Parse(context.Request.Query["resourceVersion"]!, CultureInfo.InvariantCulture) - chance.Next(5));
            var all = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(from, 11 + Count - from).Select(i => Line("ADDED", i, $"n{i}") + "\n")));
            var cut = chance.Next(200_000);
            context.Response.ContentType = "application/json";
            await context.Response.StartAsync();
            await context.Response.Body.WriteAsync(all.AsMemory(0, Math.Min(cut, all.Length)));
            await context.Response.Body.FlushAsync();
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
            if (cut < all.Length && chance.Next(2) == 0)
            {
                context.Abort();
            }
        }
    }

    private static IEnumerable<int> Revisions(IEnumerable<WatchEvent> events) =>
        events.Where(e => e.Kind == WatchEventKind.Changed).Select(e => int.Parse(e.Revision, CultureInfo.InvariantCulture));

    private static string Kinds(IEnumerable<WatchEvent> events) => string.Join(',', events.Select(e => e.Kind));

    private static void AssertPauses(WatchServer server, params double[] seconds) =>
        Assert.Equal(
            seconds.Select(s => Math.Round(s, 3)),
            server.Clock.Asked.Where(t => t < TimeSpan.FromSeconds(60) && t > TimeSpan.Zero).Select(t => Math.Round(t.TotalSeconds, 3)));

    private static async Task DripAsync(TcpListener listener, CancellationToken ct)
    {
        try
        {
            using var connection = await listener.AcceptTcpClientAsync(ct);
            var stream = connection.GetStream();
            await stream.WriteAsync("HTTP/1.1 200 OK\r\n"u8.ToArray(), ct);
            while (true)
            {
                await stream.WriteAsync("X-Drip: 1\r\n"u8.ToArray(), ct);
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, ct);
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException)
        {
            return;
        }
    }

    private sealed class CountedTokens : CredentialSource
    {
        private int _count;

        public override bool Renews => true;

        public override ValueTask<Credential> GetAsync(bool refused, CancellationToken ct) =>
            ValueTask.FromResult(Credential.Bearer($"token-{(refused ? ++_count : _count)}", "test"));
    }
}
