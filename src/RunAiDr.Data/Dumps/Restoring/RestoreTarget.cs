using Npgsql;
using RunAiDr.Core;
using RunAiDr.Core.Snapshots;
using RunAiDr.Data.Postgres;

namespace RunAiDr.Data.Dumps.Restoring;

/// <summary>The server that is restored into: what it is, what it has, and who may do what there.</summary>
internal sealed class RestoreTarget(PostgresConnector connector, TimeProvider clock)
{
    public const int Attempts = 3;

    // Each server has both; what is replaced must not be connected to.
    private static readonly string[] Maintenance = ["postgres", "template1"];

    public PostgresOptions Options => connector.Options;

    public string Where => $"PostgreSQL {Options.Host}:{Options.Port}";

    /// <summary>A session in a database that is not <paramref name="replaced"/>.</summary>
    /// <exception cref="RunAiDrException">It cannot be reached, or refuses.</exception>
    public async Task<NpgsqlConnection> OpenAsync(string? replaced, CancellationToken ct)
    {
        var candidates = Array.FindAll(Maintenance, name => name != replaced);
        foreach (var candidate in candidates[..^1])
        {
            try
            {
                return await connector.OpenUnlimitedAsync(candidate, ct);
            }
            catch (RunAiDrException fault) when (fault.InnerException is PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName })
            {
                // Somebody dropped it.
            }
        }

        return await connector.OpenUnlimitedAsync(candidates[^1], ct);
    }

    public Task<T> RunAsync<T>(NpgsqlConnection session, Func<Task<T>> commands) => connector.RunAsync(session.Database, commands);

    /// <summary>Runs a command that may have to wait until a database is left by others.</summary>
    public async Task RunAsync(NpgsqlConnection session, string sql, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await RunAsync(session, async () =>
                {
                    await using var command = new NpgsqlCommand(sql, session) { CommandTimeout = 0 };
                    return await command.ExecuteNonQueryAsync(ct);
                });
                return;
            }
            catch (RunAiDrException fault) when (IsInUse(fault) && attempt < Attempts)
            {
                // The server itself has waited five seconds.
            }
        }
    }

    public static bool IsInUse(RunAiDrException fault) =>
        fault.InnerException is PostgresException { SqlState: PostgresErrorCodes.ObjectInUse };

    public async Task<ServerState> StateAsync(CancellationToken ct)
    {
        await using var session = await OpenAsync(null, ct);
        return await RunAsync(session, async () => new ServerState(
            session.PostgreSqlVersion,
            await session.RowAsync("restoring-role.sql", RestoringRole.Of, ct),
            await session.NamesAsync("role-names.sql", ct),
            await session.RowsAsync("databases.sql", ExistingDatabase.Of, ct)));
    }

    /// <summary>What one database holds, and the roles of the server.</summary>
    public Task<DatabaseFingerprint> FingerprintAsync(string database, CancellationToken ct) =>
        new PostgresDatabase(new PostgresConnector(Options with { Databases = [database] }), clock).FingerprintAsync(ct);

    /// <summary>Whether nothing is in it that could be missed.</summary>
    public async Task<bool> IsEmptyAsync(string database, CancellationToken ct)
    {
        await using var session = await connector.OpenAsync(database, ct);
        return await connector.RunAsync(database, async () =>
        {
            var isEmpty = await session.RowAsync("is-empty.sql", row => row.GetBoolean(0), ct);
            var tables = isEmpty ? await session.RowsAsync("extension-rows.sql", row => (row.GetString(0), row.GetString(1)), ct) : [];
            foreach (var (table, condition) in tables)
            {
                isEmpty &= await session.ScalarAsync($"SELECT EXISTS (SELECT FROM {table} {condition})", ct) is false;
            }

            return isEmpty;
        });
    }
}

/// <summary>What is known of a server before it is changed.</summary>
internal sealed record ServerState(
    Version Version, RestoringRole Role, IReadOnlyList<string> Roles, IReadOnlyList<ExistingDatabase> Databases)
{
    public ExistingDatabase? Find(string name) => Databases.FirstOrDefault(database => database.Name == name);
}

/// <summary>The role that restores.</summary>
internal sealed record RestoringRole(string Name, bool Superuser, bool MakesDatabases, bool MakesRoles, bool OnStandby)
{
    public static RestoringRole Of(NpgsqlDataReader row) =>
        new(row.GetString(0), row.GetBoolean(1), row.GetBoolean(2), row.GetBoolean(3), row.GetBoolean(4));
}

/// <summary>A database that is there.</summary>
internal sealed record ExistingDatabase(string Name, bool Connectable, bool HalfDropped, bool Owned)
{
    public static ExistingDatabase Of(NpgsqlDataReader row) => new(row.GetString(0), row.GetBoolean(1), row.GetBoolean(2), row.GetBoolean(3));
}
