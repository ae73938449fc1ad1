using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Helm;

/// <summary>One Deployment, StatefulSet, DaemonSet or Job as the server has it.</summary>
internal sealed record Workload(ResourceKind Kind, JsonObject Body)
{
    public static readonly ResourceKind Deployment = new("apps", "v1", "Deployment", "deployments", Namespaced: true);
    public static readonly ResourceKind StatefulSet = new("apps", "v1", "StatefulSet", "statefulsets", Namespaced: true);
    public static readonly ResourceKind DaemonSet = new("apps", "v1", "DaemonSet", "daemonsets", Namespaced: true);
    public static readonly ResourceKind Job = new("batch", "v1", "Job", "jobs", Namespaced: true);

    /// <summary>All that a release may have to wait for.</summary>
    public static readonly IReadOnlyList<ResourceKind> Kinds = [Deployment, StatefulSet, DaemonSet, Job];

    public string Name => Metadata.Text("name") ?? "";

    public string Namespace => Metadata.Text("namespace") ?? "";

    public JsonObject Metadata => Body.Map("metadata") ?? [];

    public JsonObject Spec => Body.Map("spec") ?? [];

    public JsonObject Status => Body.Map("status") ?? [];

    /// <summary>What the server fills in where it is left out.</summary>
    public long Replicas => Number(Spec, "replicas") ?? 1;

    /// <summary>Whether its controller has seen what is wanted now.</summary>
    public bool IsObserved => (Number(Status, "observedGeneration") ?? 0) >= (Number(Metadata, "generation") ?? 0);

    public static long? Number(JsonObject body, string field) =>
        body[field] is JsonValue value && value.TryGetValue<long>(out var number) ? number : null;

    /// <summary>Whether helm made it to run once, and waits for its end.</summary>
    public bool IsHook => Metadata.Map("annotations")?.ContainsKey("helm.sh/hook") == true;

    /// <summary>Whether a pod is one of its own.</summary>
    public bool HasPod(JsonObject pod)
    {
        var owners = (pod.Map("metadata") ?? []).Maps("ownerReferences");
        var ofSet = $"{Name}-"; // how the ReplicaSets of a Deployment are named
        return Kind == Deployment
            ? owners.Any(owner => owner.Text("kind") == "ReplicaSet"
                && owner.Text("name")?.StartsWith(ofSet, StringComparison.Ordinal) == true)
            : owners.Any(owner => owner.Text("uid") == Metadata.Text("uid"));
    }

    /// <summary>Whether helm made it for this release.</summary>
    public bool IsOf(string @namespace, string release)
    {
        var annotations = Metadata.Map("annotations") ?? [];
        return annotations.Text("meta.helm.sh/release-name") == release
            && annotations.Text("meta.helm.sh/release-namespace") == @namespace;
    }
}
