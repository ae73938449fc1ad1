using RunAiDr.Core.Snapshots;

namespace RunAiDr.Data.Postgres;

/// <summary>Tells from the statistics of the archiver whether WAL still reaches the archive.</summary>
internal static class ArchiveHealth
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    /// <summary>What an operator should mend; null when nothing is wrong.</summary>
    /// <param name="archive">How archiving stands.</param>
    /// <param name="counting">Since when the server counts successes and failures.</param>
    /// <param name="waiting">Segments that are finished and not archived; null when that is not known.</param>
    /// <param name="now">The server's time.</param>
    public static string? Complaint(WalArchive archive, DateTimeOffset? counting, long? waiting, DateTimeOffset now) => archive switch
    {
        { Mode: "off" } => null,
        { LastFailedAt: { } failed, LastArchivedAt: null } =>
            $"WAL archiving fails, the last time at {failed:u}; no segment was archived yet. See the log of the server.",
        { LastFailedAt: { } failed, LastArchivedAt: { } last } when failed > last =>
            $"WAL archiving fails, the last time at {failed:u}; the last segment was archived at {last:u}. See the log of the server.",
        { LastArchivedAt: { } last } when waiting > 0 && now - last > Patience =>
            $"WAL archiving stopped at {last:u}: {waiting} segments wait. See the log of the server.",
        { LastArchivedAt: null } when now - counting > Patience =>
            $"WAL archiving is on, but nothing was archived since {counting:u}. Check archive_command and the log of the server.",
        _ => null,
    };
}
