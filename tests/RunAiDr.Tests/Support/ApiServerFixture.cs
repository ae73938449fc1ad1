using RunAiDr.Cluster;
using RunAiDr.Cluster.Connections;

namespace RunAiDr.Tests.Support;

/// <summary>
/// A Kubernetes API server that the tests of a class or collection share. Only the API server is promised: no
/// controllers, so a deleted namespace may stay Terminating for ever.
/// </summary>
public abstract class ApiServerFixture : IAsyncLifetime
{
    // Two runs against one server never meet: their names differ in the first letters.
    private readonly string _run = $"{TimeProvider.System.GetUtcNow().Ticks / TimeSpan.TicksPerMillisecond % 0xfffffff:x7}";
    private readonly List<string> _made = [];
    private ClusterClient? _client;
    private int _names;

    /// <summary>Why there is no server here, so that its tests are skipped; null when there is one.</summary>
    public virtual string? Absence => null;

    /// <summary>A kubeconfig file for a member of system:masters.</summary>
    public abstract string KubeconfigPath { get; }

    public ClusterConnection Connection =>
        Kubeconfig.Load(new KubeconfigSource(KubeconfigPath, null, KubeconfigPath), TimeProvider.System);

    public ClusterClient Client => _client ??= new ClusterClient(Connection, TimeProvider.System);

    /// <summary>A DNS label that nobody has used on this server.</summary>
    public string Unique(string prefix) => $"{prefix}-{_run}{Interlocked.Increment(ref _names)}";

    /// <summary>Makes an empty namespace and gives its name; the fixture deletes it at its end.</summary>
    public async Task<string> NamespaceAsync()
    {
        var name = Unique("contract");
        await Client.CreateAsync(Given.Namespace(name), dryRun: false, CancellationToken.None);
        lock (_made)
        {
            _made.Add(name);
        }

        return name;
    }

    /// <summary>
    /// Makes the server forget every revision before now, which its watch cache may take half a minute to notice. False
    /// where only the server's owner can do that.
    /// </summary>
    public abstract Task<bool> CompactAsync();

    public abstract Task InitializeAsync();

    public virtual async Task DisposeAsync()
    {
        foreach (var name in _made)
        {
            await Client.DeleteAsync(Given.Namespace(name).Kind, null, name, CancellationToken.None);
        }

        _client?.Dispose();
    }
}
