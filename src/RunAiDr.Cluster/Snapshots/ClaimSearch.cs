using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Cluster.Snapshots;

/// <summary>
/// Finds the claim of a component: the one that the options name, else the one that its StatefulSet mounts as volume
/// <c>data</c>, else, while there is no StatefulSet, the one of the two names that Run:ai has used.
/// </summary>
internal sealed class ClaimSearch(ClusterClient client, CsiOptions options)
{
    private const string DataVolume = "data";

    /// <summary>Name of the claim; null when there is none and nobody says that there should be.</summary>
    /// <exception cref="RunAiDr.Core.RunAiDrException">A claim that should be there is not, or it cannot be told which one it is.</exception>
    public async Task<string?> FindAsync(SnapshotComponent component, CancellationToken ct)
    {
        if (Named(component) is { } named)
        {
            return await ExistsAsync(named, ct) ? named : throw SnapshotTarget.Failure(
                $"Namespace {options.Namespace} has no claim {named}, "
                    + $"which the configuration names for the {SnapshotLabels.NameOf(component)}.",
                "Correct the name in the configuration, or leave it out to have the claim found.");
        }

        var workload = $"{options.Release}-{(component == SnapshotComponent.Database ? "postgresql" : "thanos-receive")}";
        if (await client.GetAsync(SnapshotKinds.StatefulSet, options.Namespace, workload, ct) is not { } found)
        {
            return await ByNameAsync(component, workload, ct);
        }

        var told = ToldBy(found, workload);
        return told is null || await ExistsAsync(told, ct) ? told : throw SnapshotTarget.Failure(
            $"StatefulSet {options.Namespace}/{workload} mounts claim {told}, which does not exist.",
            "See why the StatefulSet has no volume; name another claim in the configuration if it is elsewhere.");
    }

    private string? Named(SnapshotComponent component) =>
        component == SnapshotComponent.Database ? options.DatabaseClaim : options.MetricsClaim;

    private async Task<bool> ExistsAsync(string claim, CancellationToken ct) =>
        await client.GetAsync(SnapshotKinds.Claim, options.Namespace, claim, ct) is not null;

    /// <summary>With <c>existingClaim</c> the chart mounts that claim and renders no template of one.</summary>
    private static string? ToldBy(JsonObject workload, string name)
    {
        var spec = workload.Map("spec") ?? [];
        var mounted = spec.Map("template")?.Map("spec")?.Maps("volumes")
            .FirstOrDefault(volume => volume.Text("name") == DataVolume)?.Map("persistentVolumeClaim")?.Text("claimName");
        return mounted ?? (spec.Maps("volumeClaimTemplates").Any(template => template.NameOf() == DataVolume)
            ? $"{DataVolume}-{name}-0"
            : null);
    }

    private async Task<string?> ByNameAsync(SnapshotComponent component, string workload, CancellationToken ct)
    {
        // Up to 2.11 the Helm release owned the claim, from 2.12 on the StatefulSet makes it.
        string[] names =
            [$"{DataVolume}-{workload}-0", component == SnapshotComponent.Database ? "pvc-postgresql" : "pvc-thanos-receive"];
        var there = new List<string>();
        foreach (var name in names)
        {
            if (await ExistsAsync(name, ct))
            {
                there.Add(name);
            }
        }

        return there.Count < 2 ? there.FirstOrDefault() : throw SnapshotTarget.Failure(
            $"Namespace {options.Namespace} has the claims {string.Join(" and ", there)}, "
                + $"and no StatefulSet {workload} that tells which one is in use.",
            $"Name the claim of the {SnapshotLabels.NameOf(component)} in the configuration.");
    }
}
