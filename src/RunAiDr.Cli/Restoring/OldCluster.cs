using RunAiDr.Cli.Configuration;
using RunAiDr.Cluster;
using RunAiDr.Cluster.Connections;
using RunAiDr.Core;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.State;

namespace RunAiDr.Cli.Restoring;

/// <summary>
/// Whether the cluster that was saved still works. Two clusters with one <c>cluster.uid</c> at one control plane take each
/// other's workloads for their own.
/// </summary>
internal static class OldCluster
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <param name="invocation">How the target is chosen.</param>
    /// <param name="config">How the saved cluster is reached.</param>
    /// <param name="target">The target.</param>
    /// <param name="saved">Identity of the saved cluster.</param>
    /// <param name="isAllowed">The operator knows.</param>
    /// <param name="ct">Gives up.</param>
    public static async Task<IReadOnlyList<PlanCheck>> CheckAsync(
        Invocation invocation, ClusterConfig config, ClusterConnection target, RestorePointInfo? saved, bool isAllowed, CancellationToken ct)
    {
        if (saved?.ClusterUid is not { } uid)
        {
            return [];
        }

        if (Own(invocation, config) is not { } own)
        {
            return [new("old cluster", CheckResult.Warning, "nobody says how it is reached", "Make sure that Run:ai no longer runs there; kubeconfig or context in the configuration lets this be checked.")];
        }

        if (own.Server == target.Server)
        {
            return [];
        }

        using var client = new ClusterClient(own, invocation.Process.Clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        try
        {
            var live = await client.IdentifyAsync(limit.Token);
            return live.Uid != uid ? [] : await ConnectedAsync(client, own.Server, isAllowed, limit.Token);
        }
        catch (RunAiDrException fault) when (fault.Fault == Fault.ClusterUnreachable)
        {
            return [new("old cluster", CheckResult.Ok, $"{own.Server} does not answer: {fault.Message}")];
        }
        catch (RunAiDrException fault)
        {
            return
            [
                new(
                    "old cluster",
                    isAllowed || fault.Fault != Fault.ClusterRefused ? CheckResult.Warning : CheckResult.Blocked,
                    $"{own.Server} cannot be asked whether Run:ai still runs there: {fault.Message}",
                    "Make sure that it does not, then say --allow-connected."),
            ];
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return [new("old cluster", CheckResult.Ok, $"{own.Server} does not answer within {Patience.TotalSeconds:0} s")];
        }
    }

    private static async Task<IReadOnlyList<PlanCheck>> ConnectedAsync(
        ClusterClient client, Uri server, bool isAllowed, CancellationToken ct)
    {
        var config = (await client.DiscoverAsync(ct)).FirstOrDefault(kind => kind.QualifiedName == "runaiconfigs.run.ai");
        var there = config is not null && await client.GetAsync(config, "runai", "runai", ct) is not null;
        return
        [
            !there
                ? new("old cluster", CheckResult.Ok, $"{server} is the saved cluster, without Run:ai")
                : isAllowed
                    ? new("old cluster", CheckResult.Warning, $"{server} is the saved cluster and still runs Run:ai", "Uninstall it there before the control plane hears of the new one.")
                    : new(
                        "old cluster",
                        CheckResult.Blocked,
                        $"{server} is the saved cluster and still runs Run:ai: two clusters would share one cluster.uid",
                        "Uninstall runai-cluster there (keep the cluster in the control plane), or say --allow-connected."),
        ];
    }

    // As the configuration or kubectl's own rules have it, whatever the command line says of the target.
    private static ClusterConnection? Own(Invocation invocation, ClusterConfig config)
    {
        try
        {
            return Connections.Of(config.Kubeconfig, config.Context, invocation);
        }
        catch (RunAiDrException)
        {
            // A context that is gone with its cluster.
            return null;
        }
    }
}
