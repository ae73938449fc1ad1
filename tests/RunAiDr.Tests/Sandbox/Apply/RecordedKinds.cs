using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Apply;

namespace RunAiDr.Tests.Sandbox.Apply;

/// <summary>The kinds of the recordings.</summary>
internal static class RecordedKinds
{
    private static readonly Dictionary<string, string> Kinds = new(StringComparer.Ordinal)
    {
        ["configmaps"] = "ConfigMap",
        ["secrets"] = "Secret",
        ["namespaces"] = "Namespace",
        ["serviceaccounts"] = "ServiceAccount",
        ["services"] = "Service",
        ["persistentvolumes"] = "PersistentVolume",
        ["persistentvolumeclaims"] = "PersistentVolumeClaim",
        ["resourcequotas"] = "ResourceQuota",
        ["limitranges"] = "LimitRange",
        ["statefulsets"] = "StatefulSet",
        ["roles"] = "Role",
        ["clusterroles"] = "ClusterRole",
        ["rolebindings"] = "RoleBinding",
        ["clusterrolebindings"] = "ClusterRoleBinding",
        ["storageclasses"] = "StorageClass",
        ["priorityclasses"] = "PriorityClass",
        ["leases"] = "Lease",
        ["customresourcedefinitions"] = "CustomResourceDefinition",
    };

    private static readonly JsonObject Widgets = (JsonObject)Recording.Read("75-crd-create")[1]["request"]!["body"]!;

    // The CRD of 78 was made unrecorded; this is what its exchanges show of it.
    private static readonly JsonObject KnobSpec = (JsonObject)JsonNode.Parse(
        """{"type": "object", "properties": {"spec": {"type": "object", "properties": {"a": {"type": "string"}}}}}""")!;

    public static KindRules? Find(string group, string version, string plural, bool namespaced)
    {
        if (group == "example.com" && plural == "widgets")
        {
            return KindRules.Custom(new(group, version, "Widget", plural, namespaced), (JsonObject)Widgets["spec"]!["versions"]![0]!);
        }

        if (group == "example.com" && plural == "knobs")
        {
            var schema = (JsonObject)KnobSpec.DeepClone();
            if (version == "v1")
            {
                schema["properties"]!["spec"]!["properties"]!["onlyv1"] = new JsonObject { ["type"] = "string" };
            }

            var crdVersion = new JsonObject { ["schema"] = new JsonObject { ["openAPIV3Schema"] = schema } };
            return KindRules.Custom(new(group, version, "Knob", plural, namespaced), crdVersion);
        }

        return Kinds.TryGetValue(plural, out var kind) ? KindRules.BuiltIn(new(group, version, kind, plural, namespaced)) : null;
    }
}
