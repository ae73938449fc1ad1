using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using RunAiDr.Cli.Configuration;
using RunAiDr.Cli.Service;
using RunAiDr.Cli.Service.Web;
using RunAiDr.Cli.Service.Web.Pages;
using RunAiDr.Core.State;
using RunAiDr.Core.Sync;
using RunAiDr.Git;
using RunAiDr.Tests.Git;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Cli.Service.Web.Pages;

/// <summary>The pages over a repository, on a free port of loopback, and a client that runs no script.</summary>
internal sealed class DashboardScene : IAsyncDisposable
{
    public const string Cluster = TestRepository.Cluster;

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private readonly StateReader _state;
    private WebApplication? _web;

    private DashboardScene(Func<DrConfig, DrConfig>? configure)
    {
        var config = new DrConfig { Clusters = [new ClusterConfig(Cluster)], Repository = Repository.Options.Path };
        Config = configure?.Invoke(config) ?? config;
        _state = new StateReader(() => Config, TimeProvider.System);
    }

    private static (string Path, string Content) Header =>
        ("restore-point.yaml", MemoryStateTree.Header.Replace("cluster: prod\n", $"cluster: {Cluster}\n", StringComparison.Ordinal));

    public TestRepository Repository { get; } = new();

    public DrConfig Config { get; }

    public ServiceStatus Status { get; set; } = new(true, null, [InOrder(Cluster)], null);

    public static SyncStatus InOrder(string cluster, params string[] notReady) =>
        new(cluster, notReady, null, TimeSpan.FromSeconds(3), new Dictionary<string, int>(StringComparer.Ordinal), false);

    public static async Task<DashboardScene> StartAsync(Func<DrConfig, DrConfig>? configure = null)
    {
        var scene = new DashboardScene(configure);
        await scene.ListenOnAsync(0);
        scene._http.BaseAddress = new Uri(scene._web!.Urls.Single());
        return scene;
    }

    public Uri At(string path) => new(_http.BaseAddress!, path);

    public async Task StopAsync()
    {
        if (_web is not null)
        {
            using var atOnce = new CancellationTokenSource(TimeSpan.Zero);
            await _web.StopAsync(atOnce.Token);
            await _web.DisposeAsync();
        }
    }

    /// <summary>Where it was before.</summary>
    public Task StartAgainAsync() => ListenOnAsync(At("/").Port);

    /// <summary>Commits the whole content of the cluster, its header included.</summary>
    public CommitId Commit(params (string Path, string Content)[] files) =>
        Repository.Commit([Header, .. files]) ?? throw new InvalidOperationException("Nothing changed.");

    /// <summary>Commits that to the branch where it waits for a review.</summary>
    public void Observe(string actor, params (string Path, string Content)[] files)
    {
        using var store = GitStateStore.Open(Repository.Options with { ReviewedCluster = Cluster }, TestRepository.Clock);
        using var writer = store.Begin(Cluster);
        TestRepository.Fill(writer, [Header, .. files]);
        _ = writer.Commit(new CommitText("observed", "", [new("Cluster", Cluster), new("Changed-By", actor)]));
    }

    /// <summary>Asks for a path as it is written, whatever it holds.</summary>
    public async Task<WebAnswer> SendAsync(string method, string path, string? accept = null, string? known = null)
    {
        var address = new Uri($"{_http.BaseAddress?.ToString().TrimEnd('/')}{path}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(new HttpMethod(method), address);
        if (accept is not null)
        {
            request.Headers.Accept.ParseAdd(accept);
        }

        request.Headers.TryAddWithoutValidation("If-None-Match", known is null ? [] : [known]);
        using var answer = await _http.SendAsync(request);
        return new WebAnswer(
            (int)answer.StatusCode,
            answer.Headers.Concat(answer.Content.Headers).ToDictionary(
                header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase),
            await answer.Content.ReadAsStringAsync());
    }

    public Task<Stream> ListenAsync() => _http.GetStreamAsync(new Uri("/events", UriKind.Relative));

    public async Task<string> PageAsync(string path)
    {
        var answer = await SendAsync("GET", path);
        Assert.True(answer.Code == 200, answer.Text);
        EndToEndCanaries.AssertNoneIn(answer.Text, path);
        return answer.Text;
    }

    public async Task<JsonNode> JsonAsync(string path) => JsonNode.Parse(await PageAsync(path))!;

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _http.Dispose();
        _state.Dispose();
        Repository.Dispose();
    }

    private async Task ListenOnAsync(int port) => _web = await new WebServer(
            new WebConfig(new IPEndPoint(IPAddress.Loopback, port)), Processes.At(Repository.Beside("")).Context, new LogLines())
        .StartAsync(() => Status, _state, (_, _, _) => ValueTask.FromResult(Verdict.Undecided), CancellationToken.None);
}
