using Npgsql;
using RunAiDr.Core;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Data.Postgres;

/// <summary>The PostgreSQL of the control plane, asked over its own protocol.</summary>
public sealed class PostgresDatabase(PostgresConnector connector, TimeProvider clock) : IDatabase
{
    private static readonly TimeSpan CheckpointPatience = TimeSpan.FromMinutes(5);

    public async Task<DatabaseFingerprint> FingerprintAsync(CancellationToken ct)
    {
        await using var frozen = await FrozenDatabases.OpenAsync(connector, ct);
        return await frozen.FingerprintAsync(ct);
    }

    public async Task<IVolumeBackup> BeginVolumeBackupAsync(string label, CancellationToken ct)
    {
        var session = await connector.OpenUnlimitedAsync(connector.AnyDatabase, ct);
        var backup = new VolumeBackup(connector, session);
        var begun = false;
        try
        {
            await RefuseStandbyAsync(session, ct);
            await CheckpointAsync(session, backup, ct);
            backup.Fingerprint = await FingerprintAsync(ct);
            if (connector.Options.Bracket || backup.Fingerprint.Tablespaces.Count > 0)
            {
                RefuseWithoutArchive(backup.Fingerprint);
                await WarnOfTablespacesAsync(session, backup, ct);
                await backup.StartAsync(label, ct);
            }

            begun = true;
            return backup;
        }
        finally
        {
            if (!begun)
            {
                await backup.DisposeAsync();
            }
        }
    }

    private async Task RefuseStandbyAsync(NpgsqlConnection session, CancellationToken ct)
    {
        if (await connector.RunAsync(connector.AnyDatabase, () => session.ScalarAsync("SELECT pg_is_in_recovery()", ct)) is true)
        {
            throw new RunAiDrException(
                Fault.Snapshot,
                $"PostgreSQL {connector.Options.Host}:{connector.Options.Port} is a standby; its volume must not be snapshotted, for it may lag behind or be rewound.",
                "Configure the address and the volume of the primary.");
        }
    }

    // The record that ends a backup is written after the snapshot: a copy finds it in the archive only.
    private void RefuseWithoutArchive(DatabaseFingerprint fingerprint)
    {
        if (fingerprint.Archive is { Mode: "off" })
        {
            var why = fingerprint.Tablespaces.Count > 0 ? "there are tablespaces besides the data directory" : "it is asked for";
            throw new RunAiDrException(
                Fault.Snapshot,
                $"The volume of PostgreSQL {connector.Options.Host}:{connector.Options.Port} must be snapshotted between pg_backup_start and pg_backup_stop, as {why}; with archive_mode = off no copy of it could be started.",
                "Turn the archiving of WAL on (archive_mode and archive_command), or choose the provider pgdump.");
        }
    }

    private async Task WarnOfTablespacesAsync(NpgsqlConnection session, VolumeBackup backup, CancellationToken ct)
    {
        var outside = await connector.RunAsync(connector.AnyDatabase, () => session.RowsAsync(
            "outside-tablespaces.sql", row => (Name: row.GetString(0), Path: row.GetString(1)), ct));
        foreach (var (name, path) in outside)
        {
            backup.Warn($"Tablespace {name} is at {path}, outside the data directory: make sure that the snapshotted volume holds it.");
        }
    }

    // A checkpoint only shortens the recovery of the snapshot, so one that is refused or slow does not prevent it.
    private async Task CheckpointAsync(NpgsqlConnection session, VolumeBackup backup, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(CheckpointPatience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            await connector.RunAsync(connector.AnyDatabase, () => TryCheckpointAsync(session, backup.Warn, either.Token));
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            backup.Warn($"CHECKPOINT took longer than {CheckpointPatience.TotalMinutes} minutes and was given up: a restored volume recovers for longer.");
        }
    }

    private async Task<bool> TryCheckpointAsync(NpgsqlConnection session, Action<string> warn, CancellationToken ct)
    {
        try
        {
            await session.ExecuteAsync("CHECKPOINT", ct);
            return true;
        }
        catch (PostgresException failure) when (failure.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            warn($"{connector.Options.User} may not run CHECKPOINT: a restored volume recovers for longer. Grant it the role pg_checkpoint (PostgreSQL 15 and newer).");
            return false;
        }
    }
}
