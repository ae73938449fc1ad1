using Npgsql;
using RunAiDr.Core;

namespace RunAiDr.Data.Postgres;

/// <summary>A database whose rows stay those of one moment for whoever imports its snapshot. The connection must stay idle meanwhile.</summary>
/// <param name="name">Name of the database.</param>
/// <param name="moment">The moment.</param>
/// <param name="connection">In the transaction that keeps the snapshot.</param>
public sealed class FrozenDatabase(string name, FrozenMoment moment, NpgsqlConnection connection)
{
    public string Name => name;

    public NpgsqlConnection Connection => connection;

    /// <summary>Id of the exported snapshot, for <c>pg_dump --snapshot</c>.</summary>
    /// <exception cref="RunAiDrException">It is a standby, which cannot export one.</exception>
    public string SnapshotId => moment.SnapshotId ?? throw new RunAiDrException(
        Fault.Snapshot,
        $"Database {name} on {connection.Host}:{connection.Port} is a standby, which cannot be dumped at one moment: it exports no snapshot.",
        "Configure the address of the primary.");

    internal FrozenMoment Moment => moment;
}

/// <summary>The moment of a transaction, as the server tells it.</summary>
public sealed record FrozenMoment(string? SnapshotId, bool InRecovery, string Lsn, DateTimeOffset Time);
