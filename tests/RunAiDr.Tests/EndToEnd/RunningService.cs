using System.Net;
using System.Net.Sockets;
using RunAiDr.Tests.Cluster;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.EndToEnd;

/// <summary><c>runai-dr sync</c> as one of several replicas, and who asks it.</summary>
internal sealed class RunningService : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task<Ended> _ended;
    private readonly EndToEndWorkspace _workspace;
    private readonly HttpClient _http;

    private RunningService(EndToEndWorkspace workspace, int port)
    {
        (_workspace, Port) = (workspace, port);
        _http = new HttpClient(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true } })
        {
            BaseAddress = new Uri($"https://127.0.0.1:{port}"),
        };
        _ended = workspace.Dr.RunAsync(_stop.Token, "sync");
    }

    public int Port { get; }

    /// <summary>Starts it with TLS and an election in namespace <c>runai-dr</c>.</summary>
    public static async Task<RunningService> StartAsync(EndToEndWorkspace workspace, string kubeconfig)
    {
        var (certificate, key) = new TestAuthority().IssuePem("localhost");
        await File.WriteAllTextAsync(workspace.File("tls.crt"), certificate);
        await File.WriteAllTextAsync(workspace.File("tls.key"), key);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        await File.WriteAllTextAsync(workspace.File("runai-dr.yaml"), $$"""
            cluster: prod
            kubeconfig: "{{kubeconfig}}"
            repository: dr.git
            sync: {settle: 100ms}
            listen: 127.0.0.1:{{port}}
            tls: {certFile: tls.crt, keyFile: tls.key}
            leaderElection: {enabled: true, namespace: runai-dr}
            """);
        return new RunningService(workspace, port);
    }

    public async Task<(HttpStatusCode Code, string Text)> GetAsync(string path, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = token is null ? null : new("Bearer", token);
        using var answer = await _http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public Task UntilAsync(string path, string token, string text) => UntilAsync(() =>
    {
        try
        {
            return GetAsync(path, token).GetAwaiter().GetResult().Text.Contains(text, StringComparison.Ordinal);
        }
        catch (HttpRequestException)
        {
            return false; // it has not started yet
        }
    });

    public async Task UntilAsync(Func<bool> condition)
    {
        for (var i = 0; i < 600 && !_ended.IsCompleted && !condition(); i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }

        Assert.True(condition(), _workspace.Dr.Everything);
    }

    /// <summary>Waits until it ends by itself.</summary>
    public Task<Ended> EndAsync() => _ended.WaitAsync(TimeSpan.FromMinutes(1));

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _ended;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
        _http.Dispose();
    }
}
