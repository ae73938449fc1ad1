namespace RunAiDr.Core.Audit;

/// <summary>What happened to the disaster-recovery state of one cluster in a period, for somebody who was not there.</summary>
/// <param name="Cluster">Which.</param>
/// <param name="Period">When; it begins with the first restore point at the earliest.</param>
/// <param name="MadeAt">When it was asked for.</param>
public sealed record AuditReport(string Cluster, AuditPeriod Period, DateTimeOffset MadeAt)
{
    /// <summary>Number of restore points that were committed.</summary>
    public int RestorePoints { get; init; }

    /// <summary>By place, then by who.</summary>
    public IReadOnlyList<AuditedChange> Changes { get; init; } = [];

    /// <summary>Changed files on each day (UTC) that has some, in order.</summary>
    public IReadOnlyList<AuditedDay> Days { get; init; } = [];

    /// <summary>The oldest first. Checkpoints that were pruned since are not among them.</summary>
    public IReadOnlyList<AuditedCheckpoint> Checkpoints { get; init; } = [];

    /// <summary>Names of those whose tags are gone by now, as the snapshot references in the history name them; the oldest first.</summary>
    public IReadOnlyList<string> PrunedCheckpoints { get; init; } = [];

    /// <summary>Times of the schedule at which none was made and none has been pruned; null without a schedule.</summary>
    public IReadOnlyList<DateTimeOffset>? MissedCheckpoints { get; init; }

    /// <summary>From the snapshot references in the history, so also of checkpoints that were pruned since.</summary>
    public IReadOnlyList<RecoveryPointCourse> RecoveryPoints { get; init; } = [];

    /// <summary>The oldest first.</summary>
    public IReadOnlyList<AuditedRehearsal> Rehearsals { get; init; } = [];
}

/// <summary>What some people or programs changed in a place. The numbers are of files, so a file counts each time.</summary>
/// <param name="Place">A project or namespace, <c>cluster</c>, or <c>values</c> for those of Helm.</param>
/// <param name="Actors">Field managers and authors that the commits name.</param>
/// <param name="Added">Files.</param>
/// <param name="Changed">Files.</param>
/// <param name="Deleted">Files.</param>
/// <param name="Last">The last of it.</param>
public sealed record AuditedChange(string Place, IReadOnlyList<string> Actors, int Added, int Changed, int Deleted, DateTimeOffset Last);

/// <summary>How many files changed on a day.</summary>
public sealed record AuditedDay(DateOnly Day, int Changes);

/// <summary>A tagged restore point. <paramref name="Signature"/> is null where nobody says whose signatures count.</summary>
public sealed record AuditedCheckpoint(string Name, string Commit, DateTimeOffset MadeAt, bool IsPartial, string? Signature);

/// <summary>A rehearsal of a restore point and its verdict.</summary>
public sealed record AuditedRehearsal(DateTimeOffset At, string What, bool Passed, string Verdict);
