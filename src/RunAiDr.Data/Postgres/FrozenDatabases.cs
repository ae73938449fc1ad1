using System.Data;
using Npgsql;

namespace RunAiDr.Data.Postgres;

/// <summary>
/// One REPEATABLE READ transaction in each database of the scope, each with its snapshot exported, begun as nearly at
/// once as PostgreSQL allows: a snapshot is of one database only. Readers that import the snapshot see the same rows.
/// </summary>
public sealed class FrozenDatabases : IAsyncDisposable
{
    private readonly List<FrozenDatabase> _databases;

    private FrozenDatabases(List<FrozenDatabase> databases) => _databases = databases;

    public IReadOnlyList<FrozenDatabase> Databases => _databases;

    /// <exception cref="RunAiDr.Core.RunAiDrException">It cannot be reached, refuses, or lacks a database of the scope.</exception>
    public static async Task<FrozenDatabases> OpenAsync(PostgresConnector connector, CancellationToken ct)
    {
        var frozen = new FrozenDatabases([]);
        foreach (var name in connector.Options.Databases)
        {
            var connection = await connector.OpenAsync(name, ct);
            var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
            await using var export = new NpgsqlCommand("SELECT pg_export_snapshot()", connection, transaction);
            frozen._databases.Add(new FrozenDatabase(name, (string)(await export.ExecuteScalarAsync(ct))!, connection));
        }

        return frozen;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var database in _databases)
        {
            await database.Connection.DisposeAsync();
        }
    }
}

/// <summary>A database and the id of its exported snapshot, for <c>pg_dump --snapshot</c>. The connection must stay idle while others import it.</summary>
public sealed record FrozenDatabase(string Name, string SnapshotId, NpgsqlConnection Connection);
