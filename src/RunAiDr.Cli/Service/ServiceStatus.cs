using RunAiDr.Cli.Service.Web.Pages;
using RunAiDr.Core.Checkpoints;
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

    /// <summary>How the checkpoints of the clusters stand. A missed one does not make the service less ready to export.</summary>
    public IReadOnlyList<CheckpointStatus> Checkpoints { get; init; } = [];

    /// <summary>How the rehearsals of the clusters stand. A failed one does not make the service less ready to export.</summary>
    public IReadOnlyList<RehearsalStatus> Rehearsals { get; init; } = [];

    /// <summary>How the reviews of drift stand. A forge that fails does not make the service less ready to export.</summary>
    public IReadOnlyList<ReviewStatus> Reviews { get; init; } = [];

    /// <summary>How much of the clusters is protected. What is not does not make the service less ready to export.</summary>
    public IReadOnlyList<CoverageStatus> Coverages { get; init; } = [];

    /// <summary>Why a newer configuration is not at work, and the one before goes on; null when the newest is.</summary>
    public string? NotTaken { get; init; }

    /// <summary>Why a replica that waits cannot tell whether it is its turn; null when it can.</summary>
    public string? Trouble { get; init; }

    public bool Ready => NotTaken is null && (Leads ? Clusters.Count > 0 && Clusters.All(cluster => cluster.Ready) : Trouble is null);

    /// <summary>What concerns one cluster, and all of them.</summary>
    public ServiceStatus Of(string cluster) => this with
    {
        Clusters = [.. Clusters.Where(one => one.Cluster == cluster)],
        Checkpoints = [.. Checkpoints.Where(one => one.Cluster == cluster)],
        Rehearsals = [.. Rehearsals.Where(one => one.Cluster == cluster)],
        Reviews = [.. Reviews.Where(one => one.Cluster == cluster)],
        Coverages = [.. Coverages.Where(one => one.Cluster == cluster)],
    };

    /// <summary>A line for each thing that can be in order or not, as the health checks of Kubernetes write them.</summary>
    public IEnumerable<string> Lines()
    {
        if (NotTaken is not null)
        {
            yield return $"[-]configuration not taken, retried: {Visible.Text(NotTaken)}";
        }

        if (!Leads)
        {
            yield return Trouble is null
                ? $"[+]standby: {Leader ?? "no replica"} writes" : $"[-]standby: the Lease cannot be had, retried: {Visible.Text(Trouble)}";
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
                yield return $"[+]{cluster.Cluster} ok: restore point {cluster.RestorePoint?.Abbreviated ?? "unchanged"}, {Words.Duration(cluster.RestorePointAge ?? TimeSpan.Zero)} old";
            }

            foreach (var reason in cluster.NotReady)
            {
                yield return $"[-]{cluster.Cluster} failed: {Visible.Text(reason)}";
            }
        }

        foreach (var line in Checkpoints.SelectMany(CheckpointLines).Concat(Rehearsals.SelectMany(RehearsalLines)).Concat(Reviews.Select(review => review.Line())).Concat(Coverages.SelectMany(coverage => coverage.Lines())))
        {
            yield return line;
        }

        if (Remote is { Failure: { } failure })
        {
            yield return $"[-]remote behind by {Remote.Ahead} commits for {Words.Duration(Remote.Age)}, retried: {Visible.Text(failure)}";
        }
        else if (Remote is not null)
        {
            yield return $"[+]remote ok: behind by {Remote.Ahead} commits";
        }
    }

    private static IEnumerable<string> CheckpointLines(CheckpointStatus status)
    {
        foreach (var point in status.Points)
        {
            var age = point.Age is { } time ? $"{Words.Duration(time)} old" : "none";
            yield return $"[{(point.IsMissed ? '-' : '+')}]{status.Cluster} {CheckpointSummary.NameOf(point.Component)} recovery point: {age}{(point.Objective is { } most ? $" of {Words.Duration(most)}" : "")}";
        }

        if (status.CheckpointFailure is { } failure)
        {
            yield return $"[-]{status.Cluster} checkpoint failed, retried: {Visible.Text(failure)}";
        }

        if (status.PruneFailure is { } left)
        {
            yield return $"[-]{status.Cluster} prune failed, retried: {Visible.Text(left)}";
        }
    }

    private static IEnumerable<string> RehearsalLines(RehearsalStatus status)
    {
        if (status is { Newest: { } newest, Age: { } age })
        {
            yield return Visible.Text($"[{(newest.Passed ? '+' : '-')}]{status.Cluster} rehearsal of {newest.What}, {Words.Duration(age)} ago: {newest.Verdict}");
        }

        if (status.Failure is { } failure)
        {
            yield return $"[-]{status.Cluster} rehearsal could not be run, retried: {Visible.Text(failure)}";
        }
    }
}
