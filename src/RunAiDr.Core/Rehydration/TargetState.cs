using RunAiDr.Core.Resources;

namespace RunAiDr.Core.Rehydration;

/// <summary>
/// Whose the target is. One that is fresh, or that an unfinished rehydration of the same restore point has begun, is this
/// rehydration's: there the saved state wins over what a chart has just created.
/// </summary>
internal sealed record TargetState(PlanCheck Check, bool IsOwn)
{
    private static readonly RestorePhase[] Prepared =
    [
        RestorePhase.CustomResourceDefinitions, RestorePhase.Namespaces, RestorePhase.Secrets, RestorePhase.Classes,
        RestorePhase.ProjectNamespaces,
    ];

    /// <param name="marker">The marker on the target, null when there is none.</param>
    /// <param name="point">What is to be restored.</param>
    /// <param name="isThere">Whether a resource is on the target.</param>
    /// <param name="releases">Names of its releases that the target has.</param>
    /// <param name="options">What the operator decided.</param>
    public static TargetState Of(
        TargetMarker? marker, RestorePoint point, Func<ResourceKey, bool> isThere, IReadOnlyList<string> releases, RehydrationOptions options)
    {
        if (marker?.RestorePoint == point.Id.Sha)
        {
            return marker.IsFinished
                ? new(new("target", CheckResult.Ok, "has been rehydrated from this restore point"), IsOwn: false)
                : new(new("target", CheckResult.Ok, $"is being rehydrated from this restore point since {marker.Since:u}: goes on"), IsOwn: true);
        }

        // What operators prepare before a restore does not make a cluster somebody's.
        var there = point.Restored
            .Where(item => !Prepared.Contains(RestoreOrder.PhaseOf(item.Resource)) && !StepDecision.IsMadeByKubernetes(item.Resource))
            .Select(item => item.Resource.Key).Where(isThere).Select(key => key.ToString());
        string[] found = [.. releases.Select(release => $"Helm release {release}"), .. there];
        if (found.Length == 0)
        {
            return new(new("target", CheckResult.Ok, "is fresh"), IsOwn: true);
        }

        var finding = marker is null
            ? $"is not fresh: {found.Length} things of the restore point are there already"
            : $"is not fresh: it was rehydrated from {marker.RestorePoint[..8]} of {marker.Cluster}";
        return new(
            options.IntoExisting || options.Overwrite
                ? new("target", CheckResult.Warning, finding, options.Overwrite ? "What differs is changed." : "What differs is left alone; --overwrite changes it.")
                : new("target", CheckResult.Blocked, finding, "Choose an empty cluster, or say --into-existing; what differs is then left alone unless you say --overwrite.")
                { Items = found },
            IsOwn: false);
    }
}
