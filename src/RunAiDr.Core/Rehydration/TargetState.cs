using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Core.Rehydration;

/// <summary>
/// Whose the target is. One that is fresh, or that a rehydration of the same restore point has begun, is this
/// rehydration's: there the saved state wins over what a chart has just created.
/// </summary>
internal sealed record TargetState(PlanCheck Check, bool IsOwn)
{
    private static readonly ResourceKind Secret = new("", "v1", "Secret", "secrets", true);
    private static readonly ResourceKind Claim = new("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", true);

    private static readonly RestorePhase[] Prepared =
    [
        RestorePhase.CustomResourceDefinitions, RestorePhase.Namespaces, RestorePhase.Secrets, RestorePhase.Classes,
        RestorePhase.ProjectNamespaces,
    ];

    /// <summary>Looks at everything of the restore point, also at what is not wanted this time.</summary>
    public static async Task<TargetState> ReadAsync(
        IClusterWriter target, TargetReads reads, TargetMarker? marker, RestorePoint point, RehydrationOptions options, CancellationToken ct)
    {
        if (marker is not null)
        {
            return new(new("target", CheckResult.Ok, $"is being rehydrated from this restore point since {marker.Since:u}: goes on"), IsOwn: true);
        }

        string[] found = [.. await ReleasesAsync(target, point, ct), .. await ResourcesAsync(reads, point, ct)];
        return found.Length == 0
            ? new(new("target", CheckResult.Ok, "is fresh"), IsOwn: true)
            : new(NotFresh(found, options), IsOwn: false);
    }

    private static PlanCheck NotFresh(string[] found, RehydrationOptions options)
    {
        var finding = $"is not fresh: {found.Length} things of the restore point are there already";
        return options.IntoExisting || options.Overwrite
            ? new("target", CheckResult.Warning, finding, options.Overwrite ? "What differs is changed." : "What differs is left alone; --overwrite changes it.")
            : new("target", CheckResult.Blocked, finding, "Choose an empty cluster, or say --into-existing; what differs is then left alone unless you say --overwrite.")
            { Items = found };
    }

    private static async Task<IEnumerable<string>> ReleasesAsync(IClusterWriter target, RestorePoint point, CancellationToken ct)
    {
        var found = new List<string>();
        foreach (var release in point.Releases)
        {
            if (await IsInstalledAsync(target, release, ct))
            {
                found.Add($"Helm release {release.Name} -n {release.Namespace}");
            }
        }

        return found;
    }

    private static async Task<bool> IsInstalledAsync(IClusterWriter target, SavedRelease release, CancellationToken ct)
    {
        try
        {
            var records = await target.ListAsync(Secret, $"owner=helm,name={release.Name}", ct);
            return records.Any(record => record.Map("metadata")?.Text("namespace") == release.Namespace);
        }
        catch (RunAiDrException refused) when (refused.Fault == Fault.ClusterRefused)
        {
            // Whoever may not see releases may install none either; the rights are a check of their own.
            return false;
        }
    }

    // What operators prepare before a restore does not make a cluster somebody's; a volume of the control plane does.
    private static async Task<IEnumerable<string>> ResourcesAsync(TargetReads reads, RestorePoint point, CancellationToken ct)
    {
        var claims =
            from release in point.Releases
            where release.IsControlPlane
            from component in Enum.GetValues<SnapshotComponent>()
            select (Claim, ResourceKey.For(Claim, release.Namespace, ControlPlaneClaims.OwnClaim(release.Name, component)));
        var resources =
            from item in point.Restored
            where !Prepared.Contains(RestoreOrder.PhaseOf(item.Resource)) && !StepDecision.IsMadeByKubernetes(item.Resource)
            select (item.Resource.Kind, item.Resource.Key);
        var found = await reads.GetAsync(claims.Concat(resources), ct);
        return found.Where(item => item.Value.Live is not null).Select(item => item.Key).Order().Select(key => key.ToString());
    }
}
