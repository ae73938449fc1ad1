using System.Globalization;
using Npgsql;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Data.Postgres;

/// <summary>Reads what belongs to the server as a whole, in the transaction that froze one of its databases.</summary>
internal sealed class ServerReader(NpgsqlConnection connection, List<string> warnings)
{
    private static readonly TimeSpan ArchivePatience = TimeSpan.FromMinutes(15);

    public async Task<DatabaseFingerprint> ReadAsync(FrozenMoment moment, IReadOnlyList<DatabaseContent> databases, CancellationToken ct)
    {
        var server = await connection.RowAsync("server.sql", row => (Version: row.GetString(0), Timeline: row.Value<int>(1)), ct);
        return new DatabaseFingerprint
        {
            TakenAt = moment.Time,
            ServerVersion = server.Version,
            SystemIdentifier = await SystemIdentifierAsync(ct),
            Timeline = server.Timeline ?? await IfPermittedAsync("standby-timeline.sql", row => row.Value<int>(0), ct),
            Lsn = moment.Lsn,
            InRecovery = moment.InRecovery,
            Databases = databases,
            Roles = await RolesAsync(ct),
            Tablespaces = await connection.NamesAsync("tablespaces.sql", ct),
            Archive = await ArchiveAsync(ct),
            Standbys = await StandbysAsync(ct),
        };
    }

    private async Task<string?> SystemIdentifierAsync(CancellationToken ct)
    {
        // The server has no unsigned numbers, but its tools print this one so.
        var signed = await IfPermittedAsync("system-identifier.sql", row => row.Value<long>(0), ct);
        return signed is { } id ? unchecked((ulong)id).ToString(CultureInfo.InvariantCulture) : null;
    }

    private async Task<List<RoleContent>> RolesAsync(CancellationToken ct)
    {
        var roles = await connection.RowsAsync(
            "roles.sql",
            row => new RoleContent(row.GetString(0), row.GetBoolean(1), row.GetBoolean(2), [.. row.GetFieldValue<string[]>(3).Order(StringComparer.Ordinal)]),
            ct);
        return [.. roles.OrderBy(role => role.Name, StringComparer.Ordinal)];
    }

    private async Task<List<string>> StandbysAsync(CancellationToken ct)
    {
        foreach (var (name, bytes) in await connection.RowsAsync("idle-slots.sql", row => (row.GetString(0), row.Value<long>(1) ?? 0), ct))
        {
            warnings.Add(string.Create(CultureInfo.InvariantCulture, $"Replication slot {name} is not in use and keeps {bytes / 1024 / 1024} MiB of WAL: start its reader or drop it."));
        }

        return await connection.NamesAsync("standbys.sql", ct);
    }

    private async Task<WalArchive> ArchiveAsync(CancellationToken ct)
    {
        var (archive, reset, behind, now) = await connection.RowAsync(
            "archive.sql",
            row => (new WalArchive(row.GetString(0), row.Text(1), row.Time(2), row.Time(3)), row.Time(4), row.Value<long>(5), new DateTimeOffset(row.GetDateTime(6))),
            ct);
        if (archive.Mode == "off")
        {
            return archive;
        }

        if (archive.LastFailedAt is { } failed && !(archive.LastArchivedAt >= failed))
        {
            var since = archive.LastArchivedAt is { } success ? $"the last segment was archived at {success:u}" : "no segment was archived yet";
            warnings.Add($"WAL archiving fails, the last time at {failed:u}; {since}. See the log of the server.");
        }
        else if (archive.LastArchivedAt is { } last && behind > 1 && now - last > ArchivePatience)
        {
            warnings.Add($"WAL archiving stopped at {last:u}: {behind} segments wait since. See the log of the server.");
        }
        else if (archive.LastArchivedAt is null && now - reset > ArchivePatience)
        {
            warnings.Add($"WAL archiving is on, but nothing was archived since {reset:u}. Check archive_command and the log of the server.");
        }

        return archive;
    }

    /// <summary>Null when this role may not call a function that it uses, or when the answer is NULL.</summary>
    private async Task<T?> IfPermittedAsync<T>(string file, Func<NpgsqlDataReader, T?> row, CancellationToken ct)
        where T : struct
    {
        try
        {
            return await connection.SavedAsync(() => connection.RowAsync(file, row, ct), ct);
        }
        catch (PostgresException failure) when (failure.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            return null;
        }
    }
}
