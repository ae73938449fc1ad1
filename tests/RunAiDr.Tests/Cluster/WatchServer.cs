using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using RunAiDr.Cluster;
using RunAiDr.Cluster.Connections;
using RunAiDr.Core.Export;
using RunAiDr.Core.Sync;

namespace RunAiDr.Tests.Cluster;

/// <summary>A server whose every answer to a watch a test writes: one after the other, the last again and again.</summary>
internal sealed class WatchServer : IAsyncDisposable
{
    private static readonly ListSelection ConfigMaps = new(Kinds.ConfigMap, "w");

    private readonly Queue<RequestDelegate> _answers;
    private readonly Lock _gate = new();
    private readonly ConcurrentQueue<string> _asked = new();
    private LoopbackServer _server = null!;

    private WatchServer(IEnumerable<RequestDelegate> answers, int divisor)
    {
        _answers = new Queue<RequestDelegate>(answers);
        Clock = new HastyClock(divisor);
    }

    public HastyClock Clock { get; }

    /// <summary>The queries of the requests.</summary>
    public IReadOnlyList<string> Asked => [.. _asked];

    public ClusterTimeouts Timeouts { get; set; } = HastyClock.Patient;

    public CredentialSource Credentials { get; set; } = CredentialSource.None;

    public static Task<WatchServer> StartAsync(params RequestDelegate[] answers) => StartAsync(100, answers);

    public static async Task<WatchServer> StartAsync(int divisor, params RequestDelegate[] answers)
    {
        var server = new WatchServer(answers, divisor);
        server._server = await LoopbackServer.StartAsync(server.AnswerAsync);
        return server;
    }

    /// <summary>Lines, and then nothing more for ever.</summary>
    public static RequestDelegate Open(params string[] lines) => async context =>
    {
        await SendAsync(context, lines);
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
    };

    /// <summary>Lines, and then the clean end.</summary>
    public static RequestDelegate Ended(params string[] lines) => context => SendAsync(context, lines);

    /// <summary>Lines, the beginning of one more, and then the connection breaks.</summary>
    public static RequestDelegate Cut(string begun, params string[] lines) => async context =>
    {
        await SendAsync(context, lines);
        await context.Response.WriteAsync(begun);
        await context.Response.Body.FlushAsync();
        await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, CancellationToken.None);
        context.Abort();
    };

    public static RequestDelegate Refused(int status, string body = "", string contentType = "text/plain", string? retryAfter = null) => async context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.Headers.RetryAfter = retryAfter;
        await context.Response.WriteAsync(body);
    };

    public static string Line(string type, int revision, string name = "a") =>
        $$$$"""{"type":"{{{{type}}}}","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"{{{{name}}}}","resourceVersion":"{{{{revision}}}}"}}}""";

    public static string Error(int code, string reason) =>
        $$$"""{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"no luck","reason":"{{{reason}}}","code":{{{code}}}}}""";

    /// <summary>What a watch from revision 10 says, until as many events came or it ended.</summary>
    public Task<List<WatchEvent>> ReadAsync(int count) => ReadUntilAsync(_ => --count == 0);

    public async Task<List<WatchEvent>> ReadUntilAsync(Func<WatchEvent, bool> last, TimeSpan pause = default)
    {
        using var client = Client();
        var events = new List<WatchEvent>();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await foreach (var happened in client.WatchAsync(ConfigMaps, "10", patience.Token))
        {
            events.Add(happened);
            await Task.Delay(pause, TimeProvider.System, patience.Token);
            if (last(happened))
            {
                break;
            }
        }

        return events;
    }

    public ClusterClient Client() =>
        new(_server.Connection with { Timeouts = Timeouts, Credentials = Credentials }, Clock, () => 0);

    /// <summary><c>Changed 12</c>.</summary>
    public static string[] Told(IEnumerable<WatchEvent> events) => [.. events.Select(e => $"{e.Kind} {e.Revision}")];

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    public static async Task SendAsync(HttpContext context, params string[] lines)
    {
        if (!context.Response.HasStarted)
        {
            context.Response.ContentType = "application/json";
            await context.Response.StartAsync();
        }

        var text = new StringBuilder();
        foreach (var line in lines)
        {
            text.Append(CultureInfo.InvariantCulture, $"{line}\n");
        }

        await context.Response.WriteAsync(text.ToString());
        await context.Response.Body.FlushAsync();
    }

    private Task AnswerAsync(HttpContext context)
    {
        _asked.Enqueue(context.Request.QueryString.Value ?? "");
        RequestDelegate answer;
        lock (_gate)
        {
            answer = _answers.Count > 1 ? _answers.Dequeue() : _answers.Peek();
        }

        return answer(context);
    }
}
