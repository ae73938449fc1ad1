using Microsoft.AspNetCore.Http;
using RunAiDr.Tests.Cluster;
using RunAiDr.Tests.Sandbox;

namespace RunAiDr.Tests.Support;

/// <summary>
/// Stands between <c>runai-dr sync</c> and a sandbox, and passes answers on as they come: a test may answer a request
/// itself, or cut the body of a list. Who comes this way is the administrator.
/// </summary>
internal sealed class HttpFront : IAsyncDisposable
{
    private readonly SandboxClient _client;
    private readonly LoopbackServer _server;
    private CancellationTokenSource _cut = new();
    private int _refused;

    private HttpFront(SandboxClient client, LoopbackServer server) => (_client, _server) = (client, server);

    /// <summary>Answered instead of the sandbox, with Retry-After; 0 passes on.</summary>
    public int Status { get; set; }

    /// <summary>Bodies of lists end after half of their bytes.</summary>
    public bool TruncatesLists { get; set; }

    /// <summary>How many requests it answered badly.</summary>
    public int Refused => _refused;

    public static async Task<HttpFront> StartAsync(EndToEndCluster cluster, string kubeconfig)
    {
        HttpFront? front = null;
        var server = await LoopbackServer.StartAsync(http => front!.AnswerAsync(http));
        front = new HttpFront(SandboxClient.For(cluster.Sandbox.Kubeconfig), server);
        await File.WriteAllTextAsync(kubeconfig, $"""
            apiVersion: v1
            kind: Config
            current-context: front
            clusters:
            - name: front
              cluster:
                server: {server.Url}
            contexts:
            - name: front
              context:
                cluster: front
            """);
        return front;
    }

    /// <summary>Cuts what is open.</summary>
    public void Cut() => Interlocked.Exchange(ref _cut, new CancellationTokenSource()).Cancel();

    public async ValueTask DisposeAsync()
    {
        _cut.Dispose();
        await _server.DisposeAsync();
        _client.Dispose();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        if (Status != 0)
        {
            Interlocked.Increment(ref _refused);
            http.Response.StatusCode = Status;
            http.Response.Headers.RetryAfter = "1";
            return;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, _cut.Token);
        try
        {
            await PassAsync(http, stop.Token);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException)
        {
            http.Abort();
        }
    }

    private async Task PassAsync(HttpContext http, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(new HttpMethod(http.Request.Method), http.Request.Path + http.Request.QueryString);
        request.Headers.TryAddWithoutValidation("Accept", http.Request.Headers.Accept.ToString());
        using var answer = await _client.OpenAsync(request, ct);
        http.Response.StatusCode = (int)answer.StatusCode;
        http.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
        if (TruncatesLists && http.Request.QueryString.Value!.Contains("limit=", StringComparison.Ordinal))
        {
            Interlocked.Increment(ref _refused);
            var body = await answer.Content.ReadAsByteArrayAsync(ct);

            // Every other one ends as if it were whole.
            var cut = _refused % 2 == 0;
            http.Response.ContentLength = cut ? body.Length : body.Length / 2;
            await http.Response.Body.WriteAsync(body.AsMemory(0, body.Length / 2), ct);
            await http.Response.Body.FlushAsync(ct);
            if (cut)
            {
                http.Abort();
            }

            return;
        }

        await using var stream = await answer.Content.ReadAsStreamAsync(ct);
        var buffer = new byte[8192];
        for (int read; (read = await stream.ReadAsync(buffer, ct)) > 0;)
        {
            await http.Response.Body.WriteAsync(buffer.AsMemory(0, read), ct);
            await http.Response.Body.FlushAsync(ct);
        }
    }
}
