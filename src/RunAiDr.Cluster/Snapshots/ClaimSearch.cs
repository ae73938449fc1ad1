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

    /// <summary>Name of the claim, and what it leaves out; no name when there is none and nobody says that there should be.</summary>
    /// <exception cref="RunAiDr.Core.RunAiDrException">A claim that should be there is not, or it cannot be told which one it is.</exception>
    public async Task<(string? Claim, string? Warning)> FindAsync(SnapshotComponent component, CancellationToken ct)
    {
        if (Named(component) is { } named)
        {
            return await ExistsAsync(named, ct) ? (named, null) : throw SnapshotTarget.Failure(
                $"Namespace {options.Namespace} has no claim {named}, "
                    + $"which the configuration names for the {SnapshotLabels.NameOf(component)}.",
                "Correct the name in the configuration, or leave it out to have the claim found.");
        }

        var workload = $"{options.Release}-{(component == SnapshotComponent.Database ? "postgresql" : "thanos-receive")}";
        if (await client.GetAsync(SnapshotKinds.StatefulSet, options.Namespace, workload, ct) is not { } found)
        {
            return (await ByNameAsync(component, workload, ct), null);
        }

        var told = ToldBy(found, workload);
        return told is null || await ExistsAsync(told, ct) ? (told, OthersOf(found, workload, component)) : throw SnapshotTarget.Failure(
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
        return MountedBy(spec) ?? (spec.Maps("volumeClaimTemplates").Any(template => template.NameOf() == DataVolume)
            ? $"{DataVolume}-{name}-0"
            : null);
    }

    private static string? MountedBy(JsonObject spec) => spec.Map("template")?.Map("spec")?.Maps("volumes")
        .FirstOrDefault(volume => volume.Text("name") == DataVolume)?.Map("persistentVolumeClaim")?.Text("claimName");

    /// <summary>What to know of the volumes of the other replicas; null when there are none.</summary>
    private string? OthersOf(JsonObject workload, string name, SnapshotComponent component)
    {
        var spec = workload.Map("spec") ?? [];
        if (MountedBy(spec) is not null || spec["replicas"] is not JsonValue value || !value.TryGetValue<int>(out var count) || count < 2)
        {
            return null;
        }

        return component == SnapshotComponent.Metrics
            ? $"1 of {count} volumes of StatefulSet {name}: the others are not in this snapshot"
            : throw SnapshotTarget.Failure(
                $"StatefulSet {options.Namespace}/{name} has {count} volumes, and none tells that it is the one of the primary.",
                "Name the claim of the primary in the configuration, or choose provider pgdump or external.");
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
