using System.Text.Json.Nodes;
using RunAiDr.Core.Checkpoints;
using RunAiDr.Core.Helm;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Snapshots;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Rehydration.Parts;

/// <summary>The parts of a restore point, as the operator wants them.</summary>
internal static class RestoreParts
{
    /// <summary>In the order of restoring.</summary>
    public static IReadOnlyList<IRestorePart> Of(
        RestorePoint point, RestoreTools tools, RehydrationOptions options, IClusterWriter target, TimeProvider time)
    {
        var controlPlane = point.Releases.FirstOrDefault(release => release.IsControlPlane);
        var usable = point.Snapshots.Where(reference => reference.Failure is null).ToArray();
        var volumes = usable.Select(reference => (Reference: reference, Wanted: VolumeOf(reference, controlPlane, tools, options)))
            .Where(item => item.Wanted is not null).ToArray();
        var attached = controlPlane is null ? null : Attached(controlPlane, volumes.Select(item => item.Wanted));
        IRestorePart[] parts =
        [
            .. from item in volumes
               where item.Wanted is not null
               select new VolumePart(item.Wanted, tools.Volumes, item.Reference),
            .. from release in point.Releases
               select new ReleasePart(release == controlPlane && attached is not null ? attached : release, tools, options),
            .. from reference in usable
               where reference.Component == SnapshotComponent.Database
               select new DatabasePart(reference, controlPlane, tools, options),
            .. from metrics in usable.Select(reference => reference.Metrics).OfType<MetricsFacts>()
               select new MetricsPart(metrics, tools, options, time),
        ];
        var awaited = point.CompareOnly.Where(resource => !Danger.IsClusterAdminBinding(resource.Body)).ToArray();
        if (options.SyncLimit > TimeSpan.Zero && awaited.Length > 0 && point.Releases.Any(release => !release.IsControlPlane))
        {
            parts = [.. parts, new SyncPart(awaited, target, options, time)];
        }

        return [.. parts.Where(part => options.Phases.Contains(part.Phase)).OrderBy(part => part.Phase)];
    }

    /// <summary>Files of the restore point that parts restore, or that hold values for what is restored.</summary>
    public static bool Restores(string path) =>
        path.StartsWith(StateFolder.Snapshots, StringComparison.Ordinal)
        || path.StartsWith(StateFolder.Secrets, StringComparison.Ordinal)
        || HelmReleaseFile.ReleaseOf(path) is not null;

    /// <summary>How old and how large the data is, and what a partial checkpoint lacks.</summary>
    public static IEnumerable<PlanCheck> Snapshots(RestorePoint point, RehydrationOptions options, DateTimeOffset now) =>
        from reference in point.Snapshots
        let name = CheckpointSummary.NameOf(reference.Component)
        let wanted = options.Phases.Contains(reference.Component == SnapshotComponent.Database ? RestorePhase.Database : RestorePhase.Metrics)
        select reference.Failure is { } failure
            ? new PlanCheck(
                name,
                wanted ? CheckResult.Blocked : CheckResult.Warning,
                $"was not saved: {failure}",
                $"Choose another checkpoint, or leave it out with --skip {name}.")
            : new PlanCheck(
                name, CheckResult.Ok, $"{reference.Provider}, recovery point {PlanText.Age(now - reference.TakenAt)} old{(reference.Bytes is { } bytes ? $", {CheckpointSummary.Size(bytes)}" : "")}")
            { Items = reference.Warnings };

    private static VolumeRestore? VolumeOf(
        SnapshotReference reference, SavedRelease? controlPlane, RestoreTools tools, RehydrationOptions options)
    {
        var existing = options.ExistingVolumes.GetValueOrDefault(reference.Component);
        if (!options.Phases.Contains(RestorePhase.Volumes) || (reference.Csi is null && (existing is null || controlPlane is null)))
        {
            return null;
        }

        return new VolumeRestore
        {
            Checkpoint = reference.Checkpoint,
            Component = reference.Component,
            Snapshot = reference.Csi,
            Namespace = reference.Csi?.Namespace ?? controlPlane?.Namespace ?? "",
            Claim = reference.Csi?.Claim ?? ControlPlaneClaims.OwnClaim(controlPlane?.Name ?? "", reference.Component),
            ExistingVolume = existing,
            IsFollowed = options.Phases.Contains(RestorePhase.ControlPlane),
            WaitLimit = tools.VolumeLimit,
            DryRun = options.DryRun,
        };
    }

    private static SavedRelease Attached(SavedRelease controlPlane, IEnumerable<VolumeRestore?> volumes)
    {
        var values = (JsonObject)controlPlane.Values.DeepClone();
        var changed = false;
        foreach (var volume in volumes.OfType<VolumeRestore>())
        {
            changed |= ControlPlaneClaims.Attach(values, controlPlane.Name, volume.Component, volume.Claim);
        }

        return changed ? controlPlane with { Values = values } : controlPlane;
    }
}
