using RunAiDr.Core.Checkpoints;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.State;

namespace RunAiDr.Cli.Restoring;

/// <summary>
/// Whether the newest checkpoint has newer data than the restore point that is planned: while drift waits for its review,
/// the branch of record has the references of older ones.
/// </summary>
internal static class NewerSnapshots
{
    /// <summary>A row of the plan that names the tag; none where a checkpoint is planned, which was chosen as it is.</summary>
    public static IReadOnlyList<PlanCheck> Rows(IStateStore store, string cluster, IStateTree saved)
    {
        var tags = store.Tags(cluster).Where(CheckpointSummary.IsOf).ToList();
        if (tags is not [var tag, ..] || tags.Exists(one => one.Commit == saved.Id))
        {
            return [];
        }

        var here = Checkpoint.Of(store, cluster, tag with { Commit = saved.Id }).References;
        var newer = Checkpoint.Of(store, cluster, tag).References
            .Where(one => one.Failure is null && !here.Any(other => other.Component == one.Component && other.Failure is null && other.TakenAt >= one.TakenAt))
            .Select(one => CheckpointSummary.NameOf(one.Component)).ToList();
        return newer.Count == 0 ? [] :
        [
            new PlanCheck("snapshots", CheckResult.Warning, $"tag {tag.Name} has newer snapshots: {string.Join(", ", newer)}", $"To restore them, plan {tag.Name} instead."),
        ];
    }
}
