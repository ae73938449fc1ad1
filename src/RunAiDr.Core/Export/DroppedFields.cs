using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RunAiDr.Core.Resources;

namespace RunAiDr.Core.Export;

/// <summary>
/// The one table of what the canonical form leaves out. A row that is missing costs a needless difference; a row too
/// many loses state, so a row is here only when the API server or a controller of the cluster sets the value anew.
/// </summary>
internal static partial class DroppedFields
{
    private static readonly ConcurrentDictionary<(string Group, string Plural), DroppedField[]> ByKind = new();

    private static readonly DroppedField[] OfEveryKind =
    [
        new(["status"]),
        new(["metadata", "managedFields"]),
        new(["metadata", "uid"]),
        new(["metadata", "resourceVersion"]),
        new(["metadata", "generation"]),
        new(["metadata", "creationTimestamp"]),
        new(["metadata", "selfLink"]),
        new(["metadata", "deletionGracePeriodSeconds"]),
        new(["metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"]),
        new(["metadata", "ownerReferences", "[]", "uid"]),

        // Servers before 1.34 write a null into each template.
        new(["spec", "template", "metadata", "creationTimestamp"], IsNull),
        new(["spec", "jobTemplate", "metadata", "creationTimestamp"], IsNull),
        new(["spec", "jobTemplate", "spec", "template", "metadata", "creationTimestamp"], IsNull),
        new(["spec", "volumeClaimTemplates", "[]", "metadata", "creationTimestamp"], IsNull),
        new(["template", "metadata", "creationTimestamp"], IsNull),
    ];

    private static readonly Dictionary<(string Group, string Plural), DroppedField[]> OfOneKind = new()
    {
        [("", "namespaces")] =
        [
            new(["metadata", "labels", "kubernetes.io/metadata.name"]),
            new(["spec", "finalizers", "[]"], Is("kubernetes")),
        ],
        [("", "persistentvolumeclaims")] =
        [
            new(["metadata", "annotations", "pv.kubernetes.io/bind-completed"]),
            new(["metadata", "annotations", "pv.kubernetes.io/bound-by-controller"]),
            new(["metadata", "annotations", "volume.kubernetes.io/storage-provisioner"]),
            new(["metadata", "annotations", "volume.beta.kubernetes.io/storage-provisioner"]),
            new(["metadata", "annotations", "volume.kubernetes.io/selected-node"]),
            new(["metadata", "finalizers", "[]"], Is("kubernetes.io/pvc-protection")),

            // A claim that names its volume itself (static binding) keeps the name.
            new(["spec", "volumeName"], WhenBoundByController),
        ],
        [("", "persistentvolumes")] =
        [
            new(["metadata", "annotations", "pv.kubernetes.io/bound-by-controller"]),
            new(["metadata", "finalizers", "[]"], Is("kubernetes.io/pv-protection")),

            // With the uid of a claim that is gone, the volume would never be bound again.
            new(["spec", "claimRef", "uid"]),
            new(["spec", "claimRef", "resourceVersion"]),
        ],
        [("", "services")] =
        [
            // Both or neither: one alone is refused. A headless service keeps "None".
            new(["spec", "clusterIP"], WhenAddressIsAllotted),
            new(["spec", "clusterIPs"], WhenAddressIsAllotted),
        ],
        [("", "serviceaccounts")] =
        [
            new(["secrets", "[]"], IsGeneratedSecret),
            new(["imagePullSecrets", "[]"], IsGeneratedSecret),
        ],
        [("apps", "statefulsets")] = [new(["spec", "volumeClaimTemplates", "[]", "status"])],
        [("apiextensions.k8s.io", "customresourcedefinitions")] =
        [
            new(["metadata", "finalizers", "[]"], Is("customresourcecleanup.apiextensions.k8s.io")),
        ],
        [(KnownKinds.Rbac, "rolebindings")] = [.. Subjects()],
        [(KnownKinds.Rbac, "clusterrolebindings")] = [.. Subjects()],
        [(KnownKinds.Rbac, "clusterroles")] = [new(["rules"], WhenAggregated)],
    };

    /// <summary>The rows that apply to a kind, in whatever version it is read.</summary>
    public static IReadOnlyList<DroppedField> Of(ResourceKind kind) =>
        ByKind.GetOrAdd((kind.Group, kind.Plural), key => [.. OfEveryKind, .. OfOneKind.GetValueOrDefault(key, [])]);

    private static DroppedField[] Subjects() =>
    [
        // Run:ai on OpenShift fills an empty binding with a subject that is random on each cluster.
        new(["subjects", "[]"], (subject, _) => DummySubject().IsMatch(NameOf(subject) ?? "")),
        new(["subjects"], (subjects, _) => subjects is JsonArray { Count: 0 }),
    ];

    private static bool IsNull(JsonNode? value, Resource original) => value is null;

    private static Func<JsonNode?, Resource, bool> Is(string text) => (value, _) => value.AsText() == text;

    private static bool WhenBoundByController(JsonNode? value, Resource original) =>
        original.Metadata.Map("annotations") is { } annotations
        && annotations.ContainsKey("pv.kubernetes.io/bound-by-controller");

    private static bool WhenAddressIsAllotted(JsonNode? value, Resource original) =>
        original.Body.Map("spec") is { } spec && spec.Text("clusterIP") is not (null or "" or "None");

    private static bool WhenAggregated(JsonNode? value, Resource original) =>
        original.Body["aggregationRule"] is not null;

    private static bool IsGeneratedSecret(JsonNode? reference, Resource original) =>
        NameOf(reference) is { } name
        && name.StartsWith($"{original.Name}-", StringComparison.Ordinal)
        && GeneratedSecret().IsMatch(name.AsSpan(original.Name.Length));

    private static string? NameOf(JsonNode? reference) => (reference as JsonObject)?.Text("name");

    [GeneratedRegex(@"\Anon-existing-name-[A-Za-z]{20}\z", RegexOptions.NonBacktracking)]
    private static partial Regex DummySubject();

    [GeneratedRegex(@"\A-(?:token|dockercfg)-[a-z0-9]{5}\z", RegexOptions.NonBacktracking)]
    private static partial Regex GeneratedSecret();
}
