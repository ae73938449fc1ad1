using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Snapshots.Restoring;

/// <summary>Finds out by reading whether a PersistentVolume can be given to the claim.</summary>
internal sealed class AdoptionPlan(ClusterClient client, VolumeRestore wanted, string volume)
{
    private static readonly (ResourceKind Kind, string[] Verbs)[] Rights =
        [(SnapshotKinds.Volume, ["get", "patch"]), (SnapshotKinds.Claim, ["get", "create"])];

    private readonly PlanChecks _checks = new(client, wanted);
    private PartPlan _plan = new(PlannedAction.Create, []);

    public async Task<PartPlan> MakeAsync(CancellationToken ct)
    {
        await _checks.LookAsync(token => _checks.RightsAsync(Rights, token), ct);
        await _checks.LookAsync(VolumeAsync, ct);
        return _plan with { Checks = _checks.All };
    }

    private async Task VolumeAsync(CancellationToken ct)
    {
        var adopted = await AdoptedVolume.ReadAsync(client, wanted, volume, ct);
        if (adopted.Obstacle is { } obstacle)
        {
            var action = obstacle.Action == ApplyAction.Conflict ? PlannedAction.Conflict : PlannedAction.Skip;
            _plan = new PartPlan(action, [], obstacle.Reason);
            _checks.Block(
                obstacle.Reason ?? "",
                "Name a PersistentVolume that holds the data and is free, or none to restore the snapshot.");
            return;
        }

        if (adopted.IsDone)
        {
            _plan = new PartPlan(PlannedAction.Unchanged, []);
            _checks.Ok($"claim {wanted.Namespace}/{wanted.Claim} has PersistentVolume {volume} already");
            return;
        }

        var phase = adopted.Volume.Map("status")?.Text("phase");
        var policy = adopted.Volume.Map("spec")?.Text("persistentVolumeReclaimPolicy");
        _checks.Ok($"PersistentVolume {volume} is {phase} and will be given to claim {wanted.Namespace}/{wanted.Claim}"
            + (policy == ContentPatches.Retain ? "" : $"; its reclaim policy {policy} becomes {ContentPatches.Retain}"));
    }
}
