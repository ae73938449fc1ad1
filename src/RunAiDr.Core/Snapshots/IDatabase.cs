namespace RunAiDr.Core.Snapshots;

/// <summary>The PostgreSQL of the control plane, where it is only looked at.</summary>
public interface IDatabase
{
    /// <summary>What it holds, each database read at one moment.</summary>
    /// <exception cref="RunAiDrException">It cannot be reached, refuses, or lacks a database of the configuration.</exception>
    Task<DatabaseFingerprint> FingerprintAsync(CancellationToken ct);

    /// <summary>
    /// Prepares for a snapshot of its volume: <c>CHECKPOINT</c> where permitted, the fingerprint, and
    /// <c>pg_backup_start</c> where one volume does not hold everything. Dispose ends the backup if
    /// <see cref="IVolumeBackup.EndAsync"/> did not.
    /// </summary>
    /// <param name="label">Name of the backup.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="RunAiDrException">As above, or it is a standby, whose volume must not be snapshotted.</exception>
    Task<IVolumeBackup> BeginVolumeBackupAsync(string label, CancellationToken ct);
}

/// <summary>A database whose volume may be snapshotted now.</summary>
public interface IVolumeBackup : IAsyncDisposable
{
    /// <summary>What it held just before; rows written from here on may be in the snapshot too.</summary>
    DatabaseFingerprint Fingerprint { get; }

    /// <summary>What an operator should know, such as a checkpoint that was not permitted.</summary>
    IReadOnlyList<string> Warnings { get; }

    /// <summary>Ends it after the snapshot was cut; null when <c>pg_backup_start</c> was not needed.</summary>
    Task<BackupLabel?> EndAsync(CancellationToken ct);
}
