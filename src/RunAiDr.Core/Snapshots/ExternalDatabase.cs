namespace RunAiDr.Core.Snapshots;

/// <summary>Where a PostgreSQL stood that others back up.</summary>
public sealed record ExternalDatabase
{
    public required string Host { get; init; }

    public required int Port { get; init; }

    /// <summary>In decimal digits; it has 64 bits.</summary>
    public required string SystemIdentifier { get; init; }

    public required int Timeline { get; init; }

    public required string Lsn { get; init; }

    /// <summary>Name of the WAL segment that must be in the archive to recover up to <see cref="Lsn"/>.</summary>
    public string? WalSegment { get; init; }

    /// <summary>Name given to <c>pg_create_restore_point</c>; null when that was not permitted.</summary>
    public string? RestorePoint { get; init; }

    /// <summary>The newest backup of pgBackRest that can be recovered to this point; null when it was not asked.</summary>
    public PgBackRestBackup? PgBackRest { get; init; }

    /// <summary>Settings of <c>postgresql.conf</c> that recover to this very point, to paste, one per line.</summary>
    public required string RecoveryTarget { get; init; }
}

/// <summary>One backup as <c>pgbackrest info --output=json</c> tells of it.</summary>
/// <param name="Stanza">Its stanza.</param>
/// <param name="Label">Its label, such as <c>20261127-010003F</c>.</param>
/// <param name="Type"><c>full</c>, <c>diff</c> or <c>incr</c>.</param>
/// <param name="StoppedAt">When it ended.</param>
/// <param name="StopLsn">LSN of its end.</param>
/// <param name="ArchiveMax">Newest WAL segment in the archive.</param>
public sealed record PgBackRestBackup(
    string Stanza, string Label, string Type, DateTimeOffset StoppedAt, string? StopLsn = null, string? ArchiveMax = null);
