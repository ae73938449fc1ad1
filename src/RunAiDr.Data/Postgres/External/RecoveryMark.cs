using System.Security.Cryptography;
using System.Text;
using Npgsql;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Data.Postgres.External;

/// <summary>
/// Marks a point in the WAL by name, and has it archived. Each step that the role may not do is a warning: the LSN alone
/// is enough to recover to.
/// </summary>
internal sealed class RecoveryMark(NpgsqlConnection session, List<string> warnings, TimeProvider clock)
{
    private const int LongestName = 63; // of the server
    private const int TimelineDigits = 8; // of the name of a segment
    private static readonly TimeSpan ArchivePatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ArchivePoll = TimeSpan.FromMilliseconds(250);

    /// <summary>The name that a checkpoint's restore point gets; a long one is cut, and stays unique by its digest.</summary>
    public static string NameFor(string checkpoint)
    {
        var name = $"runai-dr-{checkpoint}";
        if (Encoding.UTF8.GetByteCount(name) <= LongestName)
        {
            return name;
        }

        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(checkpoint)))[..12];
        return $"{name[..(LongestName - digest.Length - 1)]}-{digest}";
    }

    /// <summary>LSN of the restore point; null when it could not be made.</summary>
    public async Task<string?> CreateAsync(string name, CancellationToken ct)
    {
        try
        {
            await using var command = new NpgsqlCommand("SELECT pg_create_restore_point($1)::text", session) { Parameters = { new() { Value = name } } };
            return (string?)await command.ExecuteScalarAsync(ct);
        }
        catch (PostgresException failure) when (failure.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            warnings.Add("The role may not make a named restore point; recover to the LSN. Grant it EXECUTE on pg_create_restore_point(text).");
        }
        catch (PostgresException failure) when (failure.SqlState == PostgresErrorCodes.ObjectNotInPrerequisiteState)
        {
            warnings.Add("A named restore point could not be made, for wal_level is minimal: no backup of this server can be recovered to a point in time. Set wal_level = replica.");
        }

        return null;
    }

    /// <summary>Ends the segment, so that the point reaches the archive now and not when the segment is full.</summary>
    public async Task<bool> SwitchAsync(CancellationToken ct)
    {
        try
        {
            await session.ExecuteAsync("SELECT pg_switch_wal()", ct);
            return true;
        }
        catch (PostgresException failure) when (failure.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            warnings.Add("The role may not switch WAL segments; this point is archived only when its segment is full. Grant it EXECUTE on pg_switch_wal().");
            return false;
        }
    }

    /// <summary>Waits until a segment is archived; a warning when it is not in time.</summary>
    public async Task WaitAsync(string segment, CancellationToken ct)
    {
        var begun = clock.GetTimestamp();
        while (true)
        {
            var (archived, failing) = await session.RowAsync("archived.sql", row => (row.Text(0), row.GetBoolean(1)), ct);
            if (Covers(archived, segment))
            {
                return;
            }

            if (failing || clock.GetElapsedTime(begun) > ArchivePatience)
            {
                warnings.Add($"WAL segment {segment} {(failing ? "cannot be archived" : "is not archived yet")}: until it is, no backup can be recovered to this point. See the log of the server.");
                return;
            }

            await Task.Delay(ArchivePoll, clock, ct);
        }
    }

    /// <summary>
    /// Whether an archive that reaches to one segment holds another of the same timeline; the file may be a backup's history.
    /// </summary>
    public static bool Covers(string? newest, string segment) =>
        IsOfTimeline(newest, segment) && string.CompareOrdinal(newest, 0, segment, 0, segment.Length) >= 0;

    public static bool IsOfTimeline(string? newest, string segment) =>
        newest?.Length >= segment.Length && string.CompareOrdinal(newest, 0, segment, 0, TimelineDigits) == 0;

    /// <summary>
    /// Settings that recover to the point, for <c>postgresql.conf</c>. A recovery to a name would stop at the first point
    /// of that name, which may be one of an earlier attempt. The record at the LSN is the first that is not of the point.
    /// </summary>
    public static string TargetOf(ExternalDatabase point)
    {
        string[] comment = point.RestorePoint is { } name ? [$"# restore point {name}"] : [];
        return string.Join(
            '\n',
            [
                .. comment,
                $"recovery_target_lsn = '{point.Lsn}'",
                "recovery_target_inclusive = off",
                $"recovery_target_timeline = '{point.Timeline}'",
                "recovery_target_action = 'pause'",
                "",
            ]);
    }
}
