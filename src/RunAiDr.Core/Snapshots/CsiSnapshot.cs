using System.Text.Json.Nodes;

namespace RunAiDr.Core.Snapshots;

/// <summary>A volume snapshot of a CSI driver. The handle is enough to import it into another cluster.</summary>
public sealed record CsiSnapshot
{
    public required string Driver { get; init; }

    /// <summary>The storage system's id of the snapshot.</summary>
    public required string SnapshotHandle { get; init; }

    /// <summary>Name of the VolumeSnapshotClass.</summary>
    public required string SnapshotClass { get; init; }

    /// <summary><c>Retain</c>: the snapshot outlives its objects and its cluster.</summary>
    public required string DeletionPolicy { get; init; }

    /// <summary>Least size in bytes of a volume made from it; null when the driver does not say.</summary>
    public long? RestoreSize { get; init; }

    /// <summary>Namespace of VolumeSnapshot and claim.</summary>
    public required string Namespace { get; init; }

    /// <summary>Name of the VolumeSnapshot.</summary>
    public required string Name { get; init; }

    /// <summary>Name of the VolumeSnapshotContent.</summary>
    public required string Content { get; init; }

    /// <summary>Handle of the group snapshot that it is part of, null when it was taken alone.</summary>
    public string? GroupSnapshotHandle { get; init; }

    /// <summary>Name of the PersistentVolumeClaim that was snapshotted.</summary>
    public required string Claim { get; init; }

    /// <summary>The claim's spec without its volume, to make another one from.</summary>
    public required JsonObject ClaimSpec { get; init; }

    /// <summary>What <c>pg_backup_stop</c> returned, where the snapshot was taken between start and stop.</summary>
    public BackupLabel? Backup { get; init; }
}

/// <summary>
/// The files that a copy taken between <c>pg_backup_start</c> and <c>pg_backup_stop</c> needs in its data directory
/// before it is started, and the LSN up to which WAL must be replayed.
/// </summary>
/// <param name="Label">Content of <c>backup_label</c>.</param>
/// <param name="TablespaceMap">Content of <c>tablespace_map</c>; empty when there are no other tablespaces.</param>
/// <param name="StopLsn">LSN of the end of the backup.</param>
public sealed record BackupLabel(string Label, string TablespaceMap, string StopLsn);
