using Npgsql;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Data.Postgres;

/// <summary>
/// One read-only REPEATABLE READ transaction in each database of the scope, each with its snapshot exported, begun as
/// nearly at once as PostgreSQL allows: a snapshot is of one database only. Readers that import the snapshot see the same rows.
/// </summary>
public sealed class FrozenDatabases : IAsyncDisposable
{
    private readonly PostgresConnector _connector;
    private readonly List<NpgsqlConnection> _connections = [];

    private FrozenDatabases(PostgresConnector connector) => _connector = connector;

    /// <summary>By name.</summary>
    public IReadOnlyList<FrozenDatabase> Databases { get; private set; } = [];

    /// <exception cref="RunAiDr.Core.RunAiDrException">It cannot be reached, refuses, or lacks a database of the scope.</exception>
    public static async Task<FrozenDatabases> OpenAsync(PostgresConnector connector, CancellationToken ct)
    {
        var frozen = new FrozenDatabases(connector);
        var opened = false;
        try
        {
            var names = await ScopeAsync(connector, ct);
            foreach (var name in names)
            {
                frozen._connections.Add(await connector.OpenAsync(name, ct));
            }

            // Connecting takes long, so all are connected before the first transaction begins.
            frozen.Databases = await Task.WhenAll(
                names.Zip(frozen._connections, (name, connection) => FreezeAsync(connector, name, connection, ct)));
            opened = true;
            return frozen;
        }
        finally
        {
            if (!opened)
            {
                await frozen.DisposeAsync();
            }
        }
    }

    /// <summary>What the databases hold at their moment.</summary>
    /// <exception cref="RunAiDr.Core.RunAiDrException">A connection was lost, or a right is missing.</exception>
    public async Task<DatabaseFingerprint> FingerprintAsync(CancellationToken ct)
    {
        var warnings = new List<string>();
        var contents = new List<DatabaseContent>();
        foreach (var database in Databases)
        {
            var content = new ContentReader(database.Connection, warnings);
            contents.Add(await _connector.RunAsync(database.Name, () => content.ReadAsync(database.Name, ct)));
        }

        var first = Databases[0];
        var server = new ServerReader(first.Connection, warnings);
        var fingerprint = await _connector.RunAsync(first.Name, () => server.ReadAsync(first.Moment, contents, ct));
        return fingerprint with { Warnings = [.. warnings] };
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections)
        {
            await connection.DisposeAsync();
        }
    }

    private static async Task<List<string>> ScopeAsync(PostgresConnector connector, CancellationToken ct)
    {
        if (connector.Options.Databases is { Count: > 0 } named)
        {
            return [.. named.Distinct().Order(StringComparer.Ordinal)];
        }

        await using var connection = await connector.OpenAsync(connector.AnyDatabase, ct);
        return await connector.RunAsync(connector.AnyDatabase, () => connection.NamesAsync("scope.sql", ct));
    }

    private static Task<FrozenDatabase> FreezeAsync(PostgresConnector connector, string name, NpgsqlConnection connection, CancellationToken ct) =>
        connector.RunAsync(name, async () => new FrozenDatabase(name, await connection.RowAsync("freeze.sql", MomentOf, ct), connection));

    private static FrozenMoment MomentOf(NpgsqlDataReader row) =>
        new(row.Text(0), row.GetBoolean(1), row.GetString(2), new DateTimeOffset(row.GetDateTime(3)));
}
