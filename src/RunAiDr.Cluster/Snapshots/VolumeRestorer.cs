using RunAiDr.Cluster.Snapshots.Restoring;
using RunAiDr.Core;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Rehydration.Parts;

namespace RunAiDr.Cluster.Snapshots;

/// <summary>
/// Makes claims from snapshots that another cluster took, or for volumes that hold the data already. The objects it makes
/// on the way keep the data when they are deleted, and are not taken for snapshots that runai-dr made.
/// </summary>
/// <param name="cluster">The target.</param>
/// <param name="clock">What waits and time limits are measured with.</param>
public sealed class VolumeRestorer(ClusterClient cluster, TimeProvider clock) : IVolumeRestorer
{
    /// <summary>How long the driver must complain of a snapshot to be believed.</summary>
    internal TimeSpan SnapshotPatience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The same of a claim. Longer, as a driver that copies the data first complains in the meantime: its answer is waited
    /// for only a minute.
    /// </summary>
    internal TimeSpan ClaimPatience { get; init; } = TimeSpan.FromMinutes(5);

    /// <inheritdoc/>
    public Task<PartPlan> PlanAsync(VolumeRestore wanted, CancellationToken ct) =>
        wanted.ExistingVolume is { } volume
            ? new AdoptionPlan(cluster, wanted, volume).MakeAsync(ct)
            : new SnapshotPlan(cluster, wanted).MakeAsync(ct);

    /// <inheritdoc/>
    public async Task<PartOutcome> RestoreAsync(
        VolumeRestore wanted, IProgress<PartProgress> progress, CancellationToken ct)
    {
        var tools = new VolumeTools(cluster, wanted, progress)
        {
            SnapshotWait = new SnapshotWait(wanted.WaitLimit, SnapshotPatience, clock),
            ClaimWait = new SnapshotWait(wanted.WaitLimit, ClaimPatience, clock) { Remedy = VolumeTools.SeeProvisioner },
        };
        try
        {
            return wanted.ExistingVolume is { } volume
                ? await new VolumeAdoption(tools, volume).RunAsync(ct)
                : await new SnapshotRestore(tools).RunAsync(ct);
        }
        catch (RunAiDrException failure) when (failure.Fault is Fault.ClusterRefused or Fault.Snapshot)
        {
            return new PartOutcome(ApplyAction.Failed, $"{failure.Message.TrimEnd('.')}. {failure.Remedy}")
            {
                Details = tools.Events.Told,
            };
        }
    }
}
