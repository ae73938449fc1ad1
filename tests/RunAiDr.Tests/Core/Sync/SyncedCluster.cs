using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using RunAiDr.Cluster;
using RunAiDr.Cluster.Connections;
using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Runbook;
using RunAiDr.Core.Scopes;
using RunAiDr.Core.State;
using RunAiDr.Core.Sync;
using RunAiDr.Git;
using RunAiDr.Sandbox;
using RunAiDr.Sandbox.Installation;
using RunAiDr.Sandbox.Security;
using RunAiDr.Tests.Git;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Core.Sync;

/// <summary>The sample installation in a sandbox, kept in sync in a repository of its own.</summary>
internal sealed class SyncedCluster : IAsyncDisposable
{
    public const string Cluster = TestRepository.Cluster;
    public const string Reader = "reader-token";

    private readonly GitStateStore _store;
    private readonly SyncMeters _meters = new();
    private readonly ClusterClient _reading;
    private CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    private SyncedCluster(SandboxServer server, SyncOptions options, bool asReader, TimeProvider? clock)
    {
        (Server, Options) = (server, options);
        _store = clock is null ? Repository.Open() : GitStateStore.Open(Repository.Options, clock);
        Admin = Connect(server.Kubeconfig);
        _reading = Connect(asReader ? server.KubeconfigForToken(Reader) : server.Kubeconfig, clock);
        Watcher = new FaultyWatcher(_reading);
        Journal = new SyncJournal(Cluster, _meters, NullLogger.Instance, clock ?? TimeProvider.System, () => 0);
    }

    public SandboxServer Server { get; }

    public SyncOptions Options { get; }

    public TestRepository Repository { get; } = new();

    public ClusterClient Admin { get; }

    public FaultyWatcher Watcher { get; }

    public SyncJournal Journal { get; }

    public GitProgram Git => Repository.Git;

    /// <summary>For whom the service encrypts secrets when it is next resumed.</summary>
    public FakeCipher? Cipher { get; set; }

    public static async Task<SyncedCluster> StartAsync(
        SyncOptions? options = null, bool asReader = false, bool empty = false, TimeProvider? clock = null, FakeCipher? cipher = null)
    {
        var server = await SandboxServer.StartAsync(
            new SandboxOptions
            {
                Clock = TimeProvider.System,
                Tokens = new Dictionary<string, SandboxUser>(StringComparer.Ordinal) { [Reader] = new SandboxUser("reader", []) },
            },
            CancellationToken.None);
        foreach (var resource in empty ? [] : SampleInstallation.Resources())
        {
            server.Load(resource);
        }

        var cluster = new SyncedCluster(server, options ?? Quick, asReader, clock) { Cipher = cipher };
        cluster.Resume();
        return cluster;
    }

    public static SyncOptions Quick { get; } = new() { Cluster = Cluster, Settle = TimeSpan.FromMilliseconds(50), MaxWait = TimeSpan.FromSeconds(1) };

    public void Resume()
    {
        _stop = new CancellationTokenSource();
        var sync = new ClusterSync(Exporter(_reading), Watcher, _store, Options, Journal);
        _running = Task.Run(() => sync.RunAsync(_stop.Token));
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    public void Load(Resource resource) => Server.Load(resource.Body);

    public async Task<JsonObject> GetAsync(ResourceKind kind, string? ns, string name) =>
        await Admin.GetAsync(kind, ns, name, CancellationToken.None) ?? throw new InvalidOperationException($"{name} is not there");

    public Task DeleteAsync(Resource resource) => Admin.DeleteAsync(resource.Kind, resource.Namespace, resource.Name, CancellationToken.None);

    /// <summary>Waits until a condition holds, and fails when it does not within half a minute.</summary>
    public static async Task UntilAsync(Func<bool> condition, Func<string> otherwise)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            if (limit.IsCancellationRequested)
            {
                Assert.Fail(otherwise());
            }

            await Task.Delay(20, CancellationToken.None);
        }
    }

    public Task UntilReadyAsync() => UntilAsync(() => Journal.Status().Ready, () => string.Join('\n', Journal.Status().NotReady));

    public Task UntilFileAsync(string path, bool exists = true) =>
        UntilAsync(() => Has(path) == exists, () => $"{path} is {(exists ? "not" : "still")} there; {Git.Run("log", "--oneline", "-5")}");

    public byte[]? Read(string path) => _store.Tip(Cluster)?.Read(path);

    public bool Has(string path) => Read(path) is not null;

    public string Text(string path) => System.Text.Encoding.UTF8.GetString(_store.Tip(Cluster)!.Read(path)!);

    public int Commits() => Git.Lines("rev-list", "main").Length;

    /// <summary>What the operator's <c>export --allow-deletions</c> does beside the service.</summary>
    public async Task ConfirmDeletionsAsync()
    {
        using var store = Repository.Open();
        using var writer = store.Begin(Cluster);
        await Exporter(Admin).ExportAsync(Cluster, writer, store.Tip(Cluster), CancellationToken.None);
        writer.Commit(new CommitText("confirmed", "by an operator", []));
    }

    /// <summary>Waits until the tip is exactly what a full export of the cluster as it is now gives.</summary>
    public async Task UntilCompleteAsync()
    {
        IReadOnlyList<string> differences = [];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        do
        {
            await Task.Delay(100, CancellationToken.None);
            using var store = Repository.Open();
            using var writer = store.Begin(Cluster);
            await Exporter(Admin).ExportAsync(Cluster, writer, store.Tip(Cluster), CancellationToken.None);

            // The runbook follows with the next full export.
            differences = [.. writer.Changes().Where(change => change.Path != RunbookPage.Path).Select(change => $"{change.Kind} {change.Path}")];
        }
        while (differences.Count > 0 && !limit.IsCancellationRequested);

        Assert.Empty(differences);
        Git.AssertSound();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Admin.Dispose();
        _reading.Dispose();
        _store.Dispose();
        _meters.Dispose();
        await Server.DisposeAsync();
        Repository.Dispose();
    }

    private ClusterExporter Exporter(ClusterClient client) => new(client, Scope.RunAi()) { Sealing = Cipher?.Sealing };

    private static ClusterClient Connect(string kubeconfig, TimeProvider? clock = null)
    {
        using var folder = new TestDirectory();
        var path = folder.File("kubeconfig");
        File.WriteAllText(path, kubeconfig);
        return new ClusterClient(Kubeconfig.Load(new KubeconfigSource(path, null, path, null), TimeProvider.System), clock ?? TimeProvider.System);
    }
}
