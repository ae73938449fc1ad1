using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;

namespace RunAiDr.Core.Rehydration;

/// <summary>The kinds a target serves, and those that CRDs of the restore point will add.</summary>
internal sealed class TargetKinds(IReadOnlyList<ResourceKind> served, IEnumerable<RestorableResource> restored)
{
    private readonly HashSet<ResourceKind> _served = [.. served];

    private readonly HashSet<ResourceKind> _brought =
        [.. restored.Where(r => IsDefinition(r.Resource)).SelectMany(r => KindsOf(r.Resource.Body))];

    public static bool IsDefinition(Resource resource) =>
        resource.Kind.QualifiedName == "customresourcedefinitions.apiextensions.k8s.io";

    /// <summary>The kinds that a CustomResourceDefinition serves, one per version.</summary>
    public static IEnumerable<ResourceKind> KindsOf(JsonObject definition)
    {
        var spec = definition.Map("spec");
        var names = spec?.Map("names");
        return spec?.Maps("versions").Where(version => version.IsTrue("served")).Select(version => new ResourceKind(
            spec.Text("group") ?? "",
            version.Text("name") ?? "",
            names?.Text("kind") ?? "",
            names?.Text("plural") ?? "",
            spec.Text("scope") == "Namespaced")) ?? [];
    }

    public bool IsServed(ResourceKind kind) => _served.Contains(kind);

    /// <summary>Null when the kind is or will be served; otherwise why not.</summary>
    public string? WhyUnknown(ResourceKind kind)
    {
        if (_served.Contains(kind) || _brought.Contains(kind))
        {
            return null;
        }

        var near = _served.Concat(_brought).Where(k => k.QualifiedName == kind.QualifiedName).ToArray();
        if (near.Length == 0)
        {
            return "is not known to the target";
        }

        return near.FirstOrDefault(k => k.Version == kind.Version) is { } same
            ? $"is {same.Kind}, {(same.Namespaced ? "namespaced" : "cluster-scoped")}, on the target, not {kind.Kind}"
            : $"is served as {string.Join(", ", near.Select(k => k.Version).Order(StringComparer.Ordinal))} only";
    }

    /// <summary>The kind that an owner reference names, or null when the target does not serve it.</summary>
    public ResourceKind? Find(string group, string kind) =>
        served.FirstOrDefault(k => k.Group == group && k.Kind == kind);
}
