using RunAiDr.Core.Snapshots;

namespace RunAiDr.Core.Checkpoints;

/// <summary>How much of one component would be lost by a disaster now.</summary>
/// <param name="Component">Which.</param>
/// <param name="Newest">The newest snapshot of it that can be used; null when there is none.</param>
/// <param name="Age">Time since that was taken: all that was written later would be lost.</param>
/// <param name="Objective">The most the operator accepts; null for none.</param>
public sealed record RecoveryPoint(SnapshotComponent Component, UsableSnapshot? Newest, TimeSpan? Age, TimeSpan? Objective)
{
    public bool IsMissed => Objective is { } most && (Age is not { } age || age > most);

    /// <param name="objectives">The wanted components → what is accepted; null for anything.</param>
    /// <param name="usable">Their newest snapshots.</param>
    /// <param name="now">The present.</param>
    public static IReadOnlyList<RecoveryPoint> Of(
        IReadOnlyDictionary<SnapshotComponent, TimeSpan?> objectives, UsableSnapshots usable, DateTimeOffset now) =>
    [
        .. from wanted in objectives
           orderby wanted.Key
           let newest = usable.Newest.GetValueOrDefault(wanted.Key)
           select new RecoveryPoint(wanted.Key, newest, newest is null ? null : now - newest.Reference.TakenAt, wanted.Value),
    ];
}
