using RunAiDr.Core.Snapshots;

namespace RunAiDr.Core.Rehydration.Parts;

/// <summary>The volume of a component, from its CSI snapshot or a PersistentVolume that is there already.</summary>
internal sealed class VolumePart(VolumeRestore wanted, IVolumeRestorer restorer, SnapshotReference reference) : IRestorePart
{
    public RestorePhase Phase => RestorePhase.Volumes;

    public string Name => $"volume {wanted.Namespace}/{wanted.Claim}";

    public TimeSpan? Estimate => wanted.ExistingVolume is null ? Durations.Volume(reference.Bytes) : TimeSpan.Zero;

    public Task<PartPlan> PlanAsync(CancellationToken ct) => restorer.PlanAsync(wanted, ct);

    public Task<PartOutcome> RunAsync(IProgress<PartProgress> progress, bool owns, CancellationToken ct) =>
        restorer.RestoreAsync(wanted, progress, ct);
}
