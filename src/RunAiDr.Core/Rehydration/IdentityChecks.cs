using System.Globalization;
using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Resources;

namespace RunAiDr.Core.Rehydration;

/// <summary>Pre-checks of the target as a cluster: which one it is, its version, its nodes.</summary>
internal static class IdentityChecks
{
    private const string RolePrefix = "node-role.kubernetes.io/runai-";

    private static readonly ResourceKind Node = new("", "v1", "Node", "nodes", false);

    // Nobody schedules workloads onto nodes without these when scheduling is restricted.
    private static readonly string[] Roles = ["gpu-worker", "cpu-worker"];

    public static async Task<IReadOnlyList<PlanCheck>> OfAsync(
        IClusterWriter target, RestorePoint point, IReadOnlyList<PlannedPart> parts, CancellationToken ct)
    {
        if (point.Info is not { } saved)
        {
            return [];
        }

        var live = await target.IdentifyAsync(ct);
        return [Version(saved, live), .. Distribution(saved, live), .. await NodesAsync(target, point, parts, ct)];
    }

    private static PlanCheck Version(State.RestorePointInfo saved, ClusterIdentity live)
    {
        var finding = $"{live.Version}, saved from {saved.KubernetesVersion}";
        return (Minor(saved.KubernetesVersion), Minor(live.Version)) is ({ } before, { } now) && now < before
            ? new("kubernetes", CheckResult.Warning, $"{finding}: the target is older", "API versions that it does not serve yet are listed under kinds.")
            : new("kubernetes", CheckResult.Ok, finding);
    }

    private static IEnumerable<PlanCheck> Distribution(State.RestorePointInfo saved, ClusterIdentity live) =>
        saved.Distribution == live.Distribution
            ? []
            :
            [
                new(
                    "distribution",
                    CheckResult.Warning,
                    $"{live.Distribution}, saved from {saved.Distribution}",
                    "Look at the values: global.config.kubernetesDistribution, routes and storage differ between the two."),
            ];

    private static async Task<IReadOnlyList<PlanCheck>> NodesAsync(
        IClusterWriter target, RestorePoint point, IReadOnlyList<PlannedPart> parts, CancellationToken ct)
    {
        if (!parts.Any(part => part.Phase == RestorePhase.Cluster) || !RestrictsScheduling(point))
        {
            return [];
        }

        var missing = new List<string>();
        try
        {
            foreach (var role in Roles)
            {
                if ((await target.ListAsync(Node, RolePrefix + role, ct)).Count == 0)
                {
                    missing.Add(RolePrefix + role);
                }
            }
        }
        catch (RunAiDrException refused) when (refused.Fault == Fault.ClusterRefused)
        {
            return [new("nodes", CheckResult.Warning, "may not be listed", "Make sure that they are labelled by role.")];
        }

        return missing.Count == 0
            ? [new("nodes", CheckResult.Ok, "are labelled by role")]
            :
            [
                new(
                    "nodes",
                    CheckResult.Warning,
                    $"{missing.Count} roles have no node, and scheduling is restricted to them",
                    "Label the nodes: kubectl label node <name> <role>=true.")
                { Items = missing },
            ];
    }

    private static bool RestrictsScheduling(RestorePoint point) =>
        point.Releases.Select(release => release.Values.Map("clusterConfig"))
            .Concat(point.Resources.Where(item => item.Resource.Kind.QualifiedName == "runaiconfigs.run.ai").Select(item => item.Resource.Body.Map("spec")))
            .Any(config => config?.Map("global")?.Map("nodeAffinity")?.IsTrue("restrictScheduling") == true);

    private static int? Minor(string version) =>
        version.Split('.') is [_, var minor, ..] && int.TryParse(minor, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
