using RunAiDr.Core;
using RunAiDr.Git;

namespace RunAiDr.Cli;

/// <summary>What a command works with that reads the repository only: no cluster has to be reachable, or known.</summary>
internal sealed class StateSession : IDisposable
{
    private StateSession(string name, GitStateStore store) => (Name, Store) = (name, store);

    /// <summary>Name of the cluster.</summary>
    public string Name { get; }

    public GitStateStore Store { get; }

    /// <exception cref="RunAiDrException">The configuration or the repository is wrong.</exception>
    public static StateSession Open(Invocation invocation)
    {
        var config = Session.ReadConfig(invocation);
        return new StateSession(
            Session.ChosenOf(invocation, config).Name, GitStateStore.Open(Session.StoreOptions(config), invocation.Process.Clock));
    }

    public void Dispose() => Store.Dispose();
}
