using RunAiDr.Core.Snapshots;

namespace RunAiDr.Core.Rehydration.Parts;

/// <summary>Makes the claim that a StatefulSet of the control plane will mount, with the data that was saved.</summary>
public interface IVolumeRestorer
{
    /// <exception cref="RunAiDrException">The target cannot be reached.</exception>
    Task<PartPlan> PlanAsync(VolumeRestore wanted, CancellationToken ct);

    /// <summary>
    /// Returns once the claim is bound, or waits for its first consumer as its storage class says. Safe to repeat: what is
    /// there is looked at, not made again.
    /// </summary>
    /// <exception cref="RunAiDrException">The target cannot be reached.</exception>
    Task<PartOutcome> RestoreAsync(VolumeRestore wanted, IProgress<PartProgress> progress, CancellationToken ct);
}

/// <summary>One volume to restore: from a snapshot, or a PersistentVolume that a backup tool outside CSI has brought back.</summary>
public sealed record VolumeRestore
{
    /// <summary>Name of the checkpoint; part of the names of what is made.</summary>
    public required string Checkpoint { get; init; }

    public required SnapshotComponent Component { get; init; }

    /// <summary>
    /// The saved snapshot: driver, handle, and the spec of the claim; null only with <see cref="ExistingVolume"/>, whose size
    /// and access modes the claim then has.
    /// </summary>
    public CsiSnapshot? Snapshot { get; init; }

    /// <summary>The same where it is what is restored from.</summary>
    public CsiSnapshot Saved => Snapshot ?? throw new InvalidOperationException("A volume is restored from a snapshot or from a volume that is there.");

    /// <summary>Where the claim is made, after namespace mapping.</summary>
    public required string Namespace { get; init; }

    /// <summary>Name of the claim.</summary>
    public required string Claim { get; init; }

    /// <summary>A PersistentVolume on the target that holds the data already; its <c>claimRef</c> is pointed at the claim.</summary>
    public string? ExistingVolume { get; init; }

    /// <summary>The control plane takes the claim in the same run.</summary>
    public bool IsFollowed { get; init; }

    /// <summary>How long snapshot and claim may take.</summary>
    public TimeSpan WaitLimit { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>The server checks every write and persists none.</summary>
    public bool DryRun { get; init; }
}
