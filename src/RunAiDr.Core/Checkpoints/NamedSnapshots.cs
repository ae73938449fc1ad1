using RunAiDr.Core.Snapshots;

namespace RunAiDr.Core.Checkpoints;

/// <summary>
/// The snapshots that some tags name. Not by location: storage that is mounted elsewhere, or was moved, is the same storage.
/// </summary>
internal sealed class NamedSnapshots(IEnumerable<RetentionVerdict> verdicts)
{
    private readonly IReadOnlyList<Checkpoint> _tags = [.. verdicts.Select(verdict => verdict.Checkpoint)];

    /// <summary>Whether a tag names it. Of a tag whose references cannot be read, everything that bears its name is taken for named.</summary>
    public bool Contains(PrunableSnapshot snapshot) => _tags.Any(tag =>
        (tag.Defect is not null && tag.Name == snapshot.Owned.Checkpoint) || tag.References.Any(reference => IsOf(reference, snapshot)));

    private static bool IsOf(SnapshotReference reference, PrunableSnapshot snapshot) =>
        reference.Failure is null
        && reference.Provider == snapshot.Provider.Name
        && reference.Checkpoint == snapshot.Owned.Checkpoint
        && reference.Component == snapshot.Owned.Component;
}
