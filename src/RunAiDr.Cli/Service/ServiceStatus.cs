using System.Globalization;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Sync;

namespace RunAiDr.Cli.Service;

/// <summary>How the whole service stands. A replica that waits for its turn is in order.</summary>
/// <param name="Leads">This replica writes.</param>
/// <param name="Leader">The replica that writes, as far as known.</param>
/// <param name="Clusters">Their state; of a replica that waits it says nothing.</param>
/// <param name="Remote">The state of the remote, null without one.</param>
internal sealed record ServiceStatus(bool Leads, string? Leader, IReadOnlyList<SyncStatus> Clusters, PushStatus? Remote)
{
    public static ServiceStatus Starting { get; } = new(true, null, [], null);

    public bool Ready => !Leads || (Clusters.Count > 0 && Clusters.All(cluster => cluster.Ready));

    /// <summary>A line for each thing that can be in order or not, as the health checks of Kubernetes write them.</summary>
    public IEnumerable<string> Lines()
    {
        if (!Leads)
        {
            yield return $"[+]standby: {Leader ?? "no replica"} writes";
            yield break;
        }

        if (Clusters.Count == 0)
        {
            yield return "[-]starting: the repository is being prepared";
        }

        foreach (var cluster in Clusters)
        {
            if (cluster.Ready)
            {
                yield return $"[+]{cluster.Cluster} ok: restore point {cluster.RestorePoint?.Abbreviated ?? "unchanged"}, {Seconds(cluster.RestorePointAge ?? TimeSpan.Zero)} old";
            }

            foreach (var reason in cluster.NotReady)
            {
                yield return $"[-]{cluster.Cluster} failed: {Visible.Text(reason)}";
            }
        }

        if (Remote is { Failure: { } failure })
        {
            yield return $"[-]remote behind by {Remote.Ahead} commits for {Seconds(Remote.Age)}, retried: {Visible.Text(failure)}";
        }
        else if (Remote is not null)
        {
            yield return $"[+]remote ok: behind by {Remote.Ahead} commits";
        }
    }

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s");
}
