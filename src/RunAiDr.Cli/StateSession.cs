using RunAiDr.Cli.Configuration;
using RunAiDr.Core;
using RunAiDr.Git;

namespace RunAiDr.Cli;

/// <summary>What a command works with that reads the repository only: no cluster has to be reachable, or known.</summary>
internal sealed class StateSession : IDisposable
{
    private readonly ClusterConfig _chosen;

    private StateSession(ClusterConfig chosen, GitStateStore store) => (_chosen, Store) = (chosen, store);

    /// <summary>Name of the cluster.</summary>
    public string Name => _chosen.Name;

    public GitStateStore Store { get; }

    /// <exception cref="RunAiDrException">The configuration or the repository is wrong.</exception>
    public static StateSession Open(Invocation invocation)
    {
        var config = Session.ReadConfig(invocation);
        return new StateSession(
            Session.ChosenOf(invocation, config), GitStateStore.Open(Session.StoreOptions(config), invocation.Process.Clock));
    }

    /// <summary>The label that makes a namespace that of a project.</summary>
    /// <exception cref="RunAiDrException">The scope file is wrong.</exception>
    public string ProjectLabel() => Connections.ScopeOf(_chosen).ProjectLabel;

    public void Dispose() => Store.Dispose();
}
