using RunAiDr.Core.Snapshots;

namespace RunAiDr.Core.Checkpoints;

/// <summary>What goes and what stays.</summary>
/// <param name="Verdicts">On each tag of the cluster, the newest first.</param>
/// <param name="Snapshots">Go with the tags that named them.</param>
/// <param name="Orphans">No tag names them: left by a checkpoint that did not end, or whose tag somebody deleted.</param>
public sealed record PrunePlan(
    IReadOnlyList<RetentionVerdict> Verdicts, IReadOnlyList<PrunableSnapshot> Snapshots, IReadOnlyList<PrunableSnapshot> Orphans)
{
    // A checkpoint that another host makes has no tag yet; a dump may take hours.
    private static readonly TimeSpan LongestCheckpoint = TimeSpan.FromHours(24);

    /// <summary>The orphans that no checkpoint under way can need any more.</summary>
    public IEnumerable<PrunableSnapshot> OldOrphans(DateTimeOffset now) =>
        Orphans.Where(orphan => orphan.Owned.TakenAt is { } taken && now - taken > LongestCheckpoint);

    public IEnumerable<Checkpoint> Tags =>
        Verdicts.Where(verdict => verdict.KeptBecause is null).Select(verdict => verdict.Checkpoint);
}

/// <summary>A snapshot and who can delete it.</summary>
public sealed record PrunableSnapshot(ISnapshotProvider Provider, OwnedSnapshot Owned);

/// <summary>One deletion, for the audit.</summary>
/// <param name="Kind"><c>tag</c>, or the provider of a snapshot.</param>
/// <param name="What">Tag or location.</param>
/// <param name="Checkpoint">Whose it was.</param>
/// <param name="Failure">Why it is still there; null when it is gone.</param>
public sealed record Deletion(string Kind, string What, string Checkpoint, string? Failure);
