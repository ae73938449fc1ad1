using RunAiDr.Cli.Configuration;
using RunAiDr.Cluster;
using RunAiDr.Cluster.Connections;
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
    private Session(DrConfig config, GitStateStore store, ClusterClient cluster, Scope scope)
    {
        Config = config;
        Store = store;
        Cluster = cluster;
        Exporter = new ClusterExporter(cluster, scope);
    }

    public DrConfig Config { get; }

    public GitStateStore Store { get; }

    public ClusterClient Cluster { get; }

    public ClusterExporter Exporter { get; }

    /// <exception cref="RunAiDrException">The configuration, scope, repository or kubeconfig is wrong.</exception>
    public static Session Open(Invocation invocation)
    {
        var process = invocation.Process;
        var path = invocation.PathOf(invocation.Get(invocation.Globals.Config)!);
        var config = new ConfigReader(path, process.Environment).Read();
        var scope = ReadScope(config);
        var connection = Connect(invocation, config);
        var store = GitStateStore.Open(StoreOptions(config), process.Clock);
        return new Session(config, store, new ClusterClient(connection, process.Clock), scope);
    }

    /// <summary>Exports the live cluster beside a restore point.</summary>
    public async Task<StateDifferences> CompareAsync(IStateTree restorePoint, CancellationToken ct)
    {
        var comparison = new LiveComparison(restorePoint);
        await Exporter.ExportAsync(Config.Cluster, comparison, ct);
        return comparison.Finish();
    }

    private static GitStateOptions StoreOptions(DrConfig config) => new()
    {
        Path = config.Repository,
        Branch = config.Branch,
        AuthorName = config.AuthorName,
        AuthorEmail = config.AuthorEmail,
    };

    private static Scope ReadScope(DrConfig config)
    {
        if (config.Scope is not { } path)
        {
            return Scope.RunAi();
        }

        try
        {
            return Scope.Parse(File.ReadAllText(path), path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RunAiDrException(
                Fault.Configuration, $"The scope {path} cannot be read: {failure.Message}", "Correct `scope` in the configuration.", failure);
        }
    }

    /// <summary>The command line goes before the configuration, that before kubectl's rules, those before a pod's service account.</summary>
    private static ClusterConnection Connect(Invocation invocation, DrConfig config)
    {
        var environment = invocation.Process.Environment;
        var path = invocation.Get(invocation.Globals.Kubeconfig) is { } given ? invocation.PathOf(given) : config.Kubeconfig;
        var list = environment.GetValueOrDefault("KUBECONFIG");
        var home = Path.Combine(environment.GetValueOrDefault("HOME") ?? "/", ".kube", "config");
        if (path is null && string.IsNullOrEmpty(list) && !File.Exists(home))
        {
            var inCluster = InCluster.TryLoad(
                InCluster.DefaultFolder,
                environment.GetValueOrDefault("KUBERNETES_SERVICE_HOST"),
                environment.GetValueOrDefault("KUBERNETES_SERVICE_PORT"),
                invocation.Process.Clock);
            if (inCluster is not null)
            {
                return inCluster;
            }
        }

        var context = invocation.Get(invocation.Globals.Context) ?? config.Context;
        return Kubeconfig.Load(new KubeconfigSource(path, list, home, context), invocation.Process.Clock);
    }

    public void Dispose()
    {
        Cluster.Dispose();
        Store.Dispose();
    }
}
