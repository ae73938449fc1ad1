using Microsoft.AspNetCore.Http;
using RunAiDr.Cluster;
using RunAiDr.Cluster.Connections;
using RunAiDr.Tests.Sandbox;

namespace RunAiDr.Tests.Cluster.Snapshots;

/// <summary>Stands before a sandbox, passes on what the administrator asks, and tells when a request has been answered.</summary>
internal sealed class CountingFront : IAsyncDisposable
{
    private readonly SandboxClient _sandbox;
    private readonly LoopbackServer _server;
    private int _count;

    private CountingFront(SandboxClient sandbox, LoopbackServer server)
    {
        (_sandbox, _server) = (sandbox, server);
        Client = new ClusterClient(server.Connection, TimeProvider.System);
    }

    public ClusterClient Client { get; }

    public ClusterConnection Connection => _server.Connection;

    /// <summary>Called with the number of a request once the sandbox has done it and before its answer is passed on.</summary>
    public Action<int> Done { get; set; } = _ => { };

    public static async Task<CountingFront> StartAsync(string kubeconfig)
    {
        CountingFront? front = null;
        var server = await LoopbackServer.StartAsync(http => front!.AnswerAsync(http));
        return front = new CountingFront(SandboxClient.For(kubeconfig), server);
    }

    /// <summary>Counts from the first request again.</summary>
    public void Restart() => _count = 0;

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server.DisposeAsync();
        _sandbox.Dispose();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var body = await reader.ReadToEndAsync();
        var answer = await _sandbox.SendAsync(
            http.Request.Method, $"{http.Request.Path}{http.Request.QueryString}", body.Length == 0 ? null : body,
            ("Content-Type", http.Request.ContentType ?? "application/json"));
        Done(Interlocked.Increment(ref _count));
        http.Response.StatusCode = answer.Code;
        http.Response.ContentType = answer.ContentType;
        await http.Response.WriteAsync(answer.Text);
    }
}
