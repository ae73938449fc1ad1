using System.Globalization;
using Npgsql;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Data.Postgres;

/// <summary>Reads what belongs to the server as a whole, in the transaction that froze one of its databases.</summary>
internal sealed class ServerReader(NpgsqlConnection connection, List<string> warnings)
{
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
            Archive = await ArchiveAsync(moment.InRecovery, ct),
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

    private async Task<WalArchive> ArchiveAsync(bool standby, CancellationToken ct)
    {
        var (archive, counting, waiting, now) = await connection.RowAsync(
            "archive.sql",
            row => (new WalArchive(row.GetString(0), row.Text(1), row.Time(2), row.Time(3)), row.Time(4), row.Value<long>(5), new DateTimeOffset(row.GetDateTime(6))),
            ct);

        // A standby archives nothing but in the mode "always".
        if ((!standby || archive.Mode == "always") && ArchiveHealth.Complaint(archive, counting, waiting, now) is { } complaint)
        {
            warnings.Add(complaint);
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
