using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using RunAiDr.Cluster;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Cluster;

/// <summary>
/// Answers recorded exchanges, each once, and takes only requests equal to recorded ones: method, path, query,
/// content type and JSON body. <c>limit</c>, <c>fieldValidation</c> and the name of the field manager, which we always
/// send, may be missing or other in the recording.
/// </summary>
public sealed class ReplayServer : IAsyncDisposable
{
    private readonly List<RecordedExchange> _left;
    private readonly Lock _gate = new();
    private readonly ConcurrentQueue<string> _unexpected = new();
    private readonly HastyClock _clock = new();
    private LoopbackServer _server = null!;

    private ReplayServer(IEnumerable<RecordedExchange> exchanges) => _left = [.. exchanges];

    public HastyClock Clock => _clock;

    /// <summary>Revision that the one-item list before a first apply answers.</summary>
    public string Revision { get; set; } = "1";

    public static async Task<ReplayServer> StartAsync(params IEnumerable<RecordedExchange> exchanges)
    {
        var replay = new ReplayServer(exchanges);
        replay._server = await LoopbackServer.StartAsync(replay.AnswerAsync);
        return replay;
    }

    public ClusterClient Client(int pageSize = 500) =>
        new(_server.Connection with { PageSize = pageSize, Timeouts = HastyClock.Patient }, _clock, () => 0.5);

    public void AssertEverythingWasAskedAndNothingElse()
    {
        Assert.Empty(_unexpected);
        Assert.Empty(_left);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var body = await ReadAsync(context.Request);
        if (context.Request.Query["limit"] == "1")
        {
            var list = $$"""{"kind":"List","metadata":{"resourceVersion":"{{Revision}}"},"items":[]}""";
            await WriteAsync(context, 200, "application/json", list);
            return;
        }

        if (Take(context.Request, body) is not { } exchange)
        {
            _unexpected.Enqueue($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString} {body?.ToJsonString()}");
            await WriteAsync(context, 418, "text/html", "unexpected");
            return;
        }

        context.Response.Headers.RetryAfter = exchange.RetryAfter;
        await WriteAsync(context, exchange.Status, exchange.ContentType, exchange.Body);
    }

    private RecordedExchange? Take(HttpRequest request, JsonNode? body)
    {
        lock (_gate)
        {
            var found = _left.Find(e => Fits(e, request, body, exactly: true))
                ?? _left.Find(e => Fits(e, request, body, exactly: false));
            if (found is not null)
            {
                _left.Remove(found);
            }

            return found;
        }
    }

    private static bool Fits(RecordedExchange exchange, HttpRequest request, JsonNode? body, bool exactly)
    {
        var recorded = new Uri("http://x" + exchange.Path);
        var path = Uri.UnescapeDataString(recorded.AbsolutePath);
        return exchange.Method == request.Method
            && path == request.Path
            && SameQuery(recorded.Query, request.QueryString.Value ?? "", exactly)
            && (exchange.RequestContentType ?? "") == (request.ContentType ?? "")
            && (exchange.RequestBody is not { } sent || SameBody(JsonNode.Parse(sent.GetRawText()), body));
    }

    // Our bodies always hold the namespace; most recorded ones leave it to the path.
    private static bool SameBody(JsonNode? recorded, JsonNode? sent)
    {
        if (recorded is JsonObject && recorded["metadata"]?["namespace"] is null)
        {
            (sent?["metadata"] as JsonObject)?.Remove("namespace");
        }

        return JsonNode.DeepEquals(recorded, sent);
    }

    private static bool SameQuery(string recorded, string sent, bool exactly)
    {
        var (was, now) = (QueryHelpers.ParseQuery(recorded), QueryHelpers.ParseQuery(sent));
        if (now.TryGetValue("fieldManager", out var manager))
        {
            was["fieldManager"] = manager;
        }

        if (!was.ContainsKey("fieldValidation"))
        {
            now.Remove("fieldValidation");
        }

        if (!exactly && !was.ContainsKey("limit"))
        {
            now.Remove("limit");
        }

        return was.Count == now.Count && was.All(p => now.TryGetValue(p.Key, out var value) && value == p.Value);
    }

    private static async Task<JsonNode?> ReadAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        var text = await reader.ReadToEndAsync();
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }

    private static async Task WriteAsync(HttpContext context, int status, string? contentType, string body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        await context.Response.WriteAsync(body);
    }
}
