using RunAiDr.Cli.Configuration;
using RunAiDr.Cluster;
using RunAiDr.Core;
using RunAiDr.Core.Comparison;
using RunAiDr.Core.Export;
using RunAiDr.Core.Scopes;
using RunAiDr.Core.State;
using RunAiDr.Git;

namespace RunAiDr.Cli;

/// <summary>The composition root: everything a command works with, made from the configuration.</summary>
internal sealed class Session : IDisposable
{
    private Session(DrConfig config, string name, GitStateStore store, ClusterClient cluster, Scope scope)
    {
        (Config, Name, Store, Cluster) = (config, name, store, cluster);
        Exporter = new ClusterExporter(cluster, scope);
    }

    public DrConfig Config { get; }

    /// <summary>Name of the cluster.</summary>
    public string Name { get; }

    public GitStateStore Store { get; }

    public ClusterClient Cluster { get; }

    public ClusterExporter Exporter { get; }

    /// <exception cref="RunAiDrException">The configuration, scope, repository or kubeconfig is wrong.</exception>
    public static Session Open(Invocation invocation)
    {
        var config = ReadConfig(invocation);
        var cluster = ChosenOf(invocation, config);
        var scope = Connections.ScopeOf(cluster);
        var connection = Connections.Of(invocation, cluster);
        var store = GitStateStore.Open(StoreOptions(config), invocation.Process.Clock);
        return new Session(config, cluster.Name, store, new ClusterClient(connection, invocation.Process.Clock), scope);
    }

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
