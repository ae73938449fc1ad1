using RunAiDr.Core.Snapshots;

namespace RunAiDr.Data.Postgres.External;

/// <summary>Whether a point can still be recovered to with the backups and the WAL of a stanza.</summary>
internal static class PgBackRestCheck
{
    /// <summary>Why not; null when nothing speaks against it.</summary>
    public static string? DefectOf(ExternalDatabase point, PgBackRestBackup backup, PgBackRestStanza stanza)
    {
        if (stanza.Find(backup.Label) is not { } entry)
        {
            return $"backup {backup.Label} is no longer in stanza {backup.Stanza}: it expired or was deleted";
        }

        if (!entry.EndsBefore(point))
        {
            return $"backup {backup.Label} of stanza {backup.Stanza} ends at {entry.Lsn?.Stop ?? "an unknown LSN"} in segment {entry.Archive?.Stop ?? "unknown"}, not before {point.Lsn} on timeline {point.Timeline}: it cannot be recovered to this point";
        }

        return point.WalSegment is { } segment ? DefectOfWal(segment, point.Lsn, backup, stanza.ArchiveMax(point.SystemIdentifier)) : null;
    }

    // Names of segments grow with the timeline, so the newest of another one says nothing about this one.
    private static string? DefectOfWal(string segment, string lsn, PgBackRestBackup backup, string? newest)
    {
        if (RecoveryMark.Covers(newest, segment) || RecoveryMark.Covers(backup.ArchiveMax, segment))
        {
            return null;
        }

        return RecoveryMark.IsOfTimeline(newest, segment) || newest is null
            ? $"the archive of stanza {backup.Stanza} ends with {newest ?? "nothing"}, before segment {segment} that holds {lsn}"
            : $"the archive of stanza {backup.Stanza} ends with {newest} of another timeline, and segment {segment} that holds {lsn} was not in it when the snapshot was taken: look for it with pgbackrest repo-ls";
    }
}
