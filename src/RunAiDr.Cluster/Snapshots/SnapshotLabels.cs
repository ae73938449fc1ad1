using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Cluster.Snapshots;

/// <summary>How the objects that runai-dr makes are named and known again.</summary>
internal static class SnapshotLabels
{
    public const string Cluster = "runai-dr/cluster";
    public const string Checkpoint = "runai-dr/checkpoint";
    public const string Component = "runai-dr/component";

    /// <summary>On the claims of a group snapshot while it is cut.</summary>
    public const string Group = "runai-dr/group";

    /// <summary>Annotation: when the object was asked for, which tells it from one of an earlier attempt.</summary>
    public const string Attempt = "runai-dr/attempt";

    /// <summary>Annotation of a group member's content that is to go when the last of its group may go.</summary>
    public const string Unwanted = "runai-dr/unwanted";

    private const string ManagedBy = "app.kubernetes.io/managed-by";
    private const string Us = "runai-dr";

    public static string SelectorOf(string cluster) => $"{ManagedBy}={Us},{Cluster}={cluster}";

    public static string GroupName(SnapshotRequest request) => $"runai-dr-{request.Checkpoint}";

    public static string SnapshotName(SnapshotRequest request, SnapshotComponent component) =>
        $"runai-dr-{request.Checkpoint}-{NameOf(component)}";

    public static JsonObject Of(SnapshotRequest request, SnapshotComponent? component)
    {
        var labels = new JsonObject { [ManagedBy] = Us, [Cluster] = request.Cluster, [Checkpoint] = request.Checkpoint };
        if (component is { } known)
        {
            labels[Component] = NameOf(known);
        }

        return labels;
    }

    public static string NameOf(SnapshotComponent component) => component == SnapshotComponent.Database ? "database" : "metrics";

    public static bool AreOurs(JsonObject body) => Label(body, ManagedBy) == Us;

    public static bool AreOurs(JsonObject body, string cluster) => AreOurs(body) && Label(body, Cluster) == cluster;

    /// <summary>Whether the content of a group member waits for the rest of its group to go.</summary>
    public static bool IsUnwanted(JsonObject content) => Annotation(content, Unwanted) is not null;

    public static string? Label(JsonObject body, string name) => body.Map("metadata")?.Map("labels")?.Text(name);

    public static string? Annotation(JsonObject body, string name) => body.Map("metadata")?.Map("annotations")?.Text(name);

    public static SnapshotComponent ComponentOf(JsonObject body) =>
        Label(body, Component) == "metrics" ? SnapshotComponent.Metrics : SnapshotComponent.Database;
}
