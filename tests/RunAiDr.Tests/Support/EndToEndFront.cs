using System.Text;
using Microsoft.AspNetCore.Http;
using RunAiDr.Tests.Cluster;
using RunAiDr.Tests.Sandbox;

namespace RunAiDr.Tests.Support;

/// <summary>
/// Stands between runai-dr and a sandbox, where a network, a proxy or another writer can get in between two requests.
/// </summary>
internal sealed class EndToEndFront : IAsyncDisposable
{
    private readonly TestDirectory _folder = new();
    private readonly SandboxClient _client;
    private readonly Func<HttpContext, int, Func<Task<byte[]>>, Task> _between;
    private LoopbackServer? _server;
    private int _lists;

    private EndToEndFront(EndToEndCluster cluster, Func<HttpContext, int, Func<Task<byte[]>>, Task> between)
    {
        _between = between;
        _client = SandboxClient.For(cluster.Sandbox.Kubeconfig);
    }

    public string Kubeconfig => _folder.File("kubeconfig");

    /// <summary>How many lists were asked for so far.</summary>
    public int Lists => _lists;

    /// <param name="cluster">A sandbox; who comes this way is its administrator.</param>
    /// <param name="between">
    /// Answers a request. It gets the number of the request among the lists, 0 for others, and what the sandbox answers.
    /// </param>
    public static async Task<EndToEndFront> StartAsync(
        EndToEndCluster cluster, Func<HttpContext, int, Func<Task<byte[]>>, Task> between)
    {
        var front = new EndToEndFront(cluster, between);
        front._server = await LoopbackServer.StartAsync(front.AnswerAsync);
        await File.WriteAllTextAsync(front.Kubeconfig, $"""
            apiVersion: v1
            kind: Config
            current-context: front
            clusters:
            - name: front
              cluster:
                server: {front._server.Url}
            contexts:
            - name: front
              context:
                cluster: front
            """);
        return front;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _client.Dispose();
        _folder.Dispose();
    }

    private Task AnswerAsync(HttpContext http)
    {
        var isList = http.Request.Method == "GET" && http.Request.QueryString.Value!.Contains("limit=", StringComparison.Ordinal);
        return _between(http, isList ? Interlocked.Increment(ref _lists) : 0, () => ForwardAsync(http));
    }

    private async Task<byte[]> ForwardAsync(HttpContext http)
    {
        var answer = await _client.SendAsync(
            http.Request.Method,
            http.Request.Path + http.Request.QueryString,
            null,
            ("Accept", http.Request.Headers.Accept.ToString()));
        http.Response.StatusCode = answer.Code;
        http.Response.ContentType = answer.ContentType;
        return Encoding.UTF8.GetBytes(answer.Text);
    }
}
