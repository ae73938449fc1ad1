using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Core.Rehydration.Parts;

/// <summary>How the claims of the control plane are called and how its chart is told of one with another name.</summary>
internal static class ControlPlaneClaims
{
    private static readonly Dictionary<SnapshotComponent, (string Workload, string[] ValuesPath)> Components = new()
    {
        [SnapshotComponent.Database] = ("postgresql", ["postgresql", "primary", "persistence", "existingClaim"]),
        [SnapshotComponent.Metrics] = ("thanos-receive", ["thanos", "receive", "persistence", "existingClaim"]),
    };

    /// <summary>The claim that the StatefulSet makes for itself, and takes when it is there.</summary>
    public static string OwnClaim(string release, SnapshotComponent component) => $"data-{release}-{Components[component].Workload}-0";

    /// <summary>Whether a claim is of the StatefulSet, one of its replicas' or the one that the release itself had up to 2.11.</summary>
    public static bool IsOf(string release, SnapshotComponent component, string claim) =>
        claim == $"pvc-{Components[component].Workload}"
        || (claim.StartsWith(OwnClaim(release, component)[..^1], StringComparison.Ordinal)
            && claim[(OwnClaim(release, component).Length - 1)..].All(char.IsAsciiDigit));

    /// <summary>Workloads that keep the data, and so go on while the others are stopped.</summary>
    public static IReadOnlyCollection<string> DataWorkloads(string release) =>
        [.. Components.Values.Select(component => $"{release}-{component.Workload}")];

    /// <summary>Points the values at a claim that the StatefulSet would not take by itself; true when they had to change.</summary>
    public static bool Attach(JsonObject values, string release, SnapshotComponent component, string claim)
    {
        var path = Components[component].ValuesPath;
        var map = values;
        foreach (var key in path[..^1])
        {
            map = map.Map(key) ?? Add(map, key);
        }

        var known = map.Text(path[^1]);
        if (known == claim || (string.IsNullOrEmpty(known) && claim == OwnClaim(release, component)))
        {
            return false;
        }

        map[path[^1]] = claim;
        return true;
    }

    private static JsonObject Add(JsonObject map, string key)
    {
        var inner = new JsonObject();
        map[key] = inner;
        return inner;
    }
}
