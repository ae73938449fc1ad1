using RunAiDr.Cli.Configuration;
using RunAiDr.Cluster;
using RunAiDr.Core;
using RunAiDr.Core.Comparison;
using RunAiDr.Core.Export;
using RunAiDr.Core.Scopes;
using RunAiDr.Core.Snapshots;
using RunAiDr.Core.State;
using RunAiDr.Git;

namespace RunAiDr.Cli;

/// <summary>The composition root: everything a command works with, made from the configuration.</summary>
internal sealed class Session : IDisposable
{
    private readonly ClusterConfig _chosen;
    private readonly bool _inside;
    private readonly TimeProvider _clock;

    private Session(DrConfig config, ClusterConfig chosen, Scope scope, Invocation invocation)
    {
        (Config, _chosen, _clock) = (config, chosen, invocation.Process.Clock);
        var connection = Connections.Of(invocation, chosen);
        _inside = Connections.IsInside(invocation, connection);
        Store = GitStateStore.Open(StoreOptions(config), _clock);
        Cluster = new ClusterClient(connection, _clock);
        Exporter = new ClusterExporter(Cluster, scope);
    }

    public DrConfig Config { get; }

    /// <summary>Name of the cluster.</summary>
    public string Name => _chosen.Name;

    /// <summary>Component → how old its recovery point may be; null for any age.</summary>
    public IReadOnlyDictionary<SnapshotComponent, TimeSpan?> Objectives =>
        _chosen.Snapshots.Components.ToDictionary(component => component.Key, component => component.Value.Objective);

    public GitStateStore Store { get; }

    public ClusterClient Cluster { get; }

    public ClusterExporter Exporter { get; }

    /// <exception cref="RunAiDrException">The configuration, scope, repository or kubeconfig is wrong.</exception>
    public static Session Open(Invocation invocation)
    {
        var config = ReadConfig(invocation);
        var cluster = ChosenOf(invocation, config);
        return Of(config, cluster, invocation);
    }

    /// <summary>For one cluster of the configuration.</summary>
    /// <exception cref="RunAiDrException">As above.</exception>
    public static Session Of(DrConfig config, ClusterConfig cluster, Invocation invocation) =>
        new(config, cluster, Connections.ScopeOf(cluster), invocation);

    /// <summary>Reaches for database, metrics and snapshot storage of the cluster.</summary>
    /// <exception cref="RunAiDrException">The database of the release cannot be found or reached.</exception>
    public Task<DataSources> OpenDataAsync(CancellationToken ct) =>
        DataSources.OpenAsync(_chosen.Snapshots, Cluster, _inside, _clock, ct);

    /// <summary>As <see cref="OpenDataAsync"/>, to check, list and delete snapshots.</summary>
    /// <exception cref="RunAiDrException">The database is what tells, and cannot be found or reached.</exception>
    public Task<DataSources> OpenStorageAsync(CancellationToken ct) =>
        DataSources.OpenStorageAsync(_chosen.Snapshots, Cluster, _inside, _clock, ct);

    public static DrConfig ReadConfig(Invocation invocation) =>
        new ConfigReader(invocation.PathOf(invocation.Get(invocation.Globals.Config)!), invocation.Process.Environment).Read();

    public static GitStateOptions StoreOptions(DrConfig config) => new()
    {
        Path = config.Repository,
        Branch = config.Branch,
        AuthorName = config.AuthorName,
        AuthorEmail = config.AuthorEmail,
    };

    /// <summary>The cluster that --cluster names, or the only one.</summary>
    private static ClusterConfig ChosenOf(Invocation invocation, DrConfig config)
    {
        var known = string.Join(", ", config.Clusters.Select(cluster => cluster.Name));
        var wanted = invocation.Get(invocation.Globals.Cluster);
        if (wanted is null && config.Clusters.Count > 1)
        {
            throw new RunAiDrException(
                Fault.Configuration, "The configuration has several clusters", $"Choose one with --cluster: {known}.");
        }

        return config.Clusters.FirstOrDefault(cluster => wanted is null || cluster.Name == wanted)
            ?? throw new RunAiDrException(
                Fault.Configuration, $"The configuration has no cluster {wanted}", $"It has {known}.");
    }

    /// <summary>Exports the live cluster beside a restore point.</summary>
    public async Task<StateDifferences> CompareAsync(IStateTree restorePoint, CancellationToken ct)
    {
        var comparison = new LiveComparison(restorePoint);
        await Exporter.ExportAsync(Name, comparison, ct);
        return comparison.Finish();
    }

    public void Dispose()
    {
        Cluster.Dispose();
        Store.Dispose();
    }
}
