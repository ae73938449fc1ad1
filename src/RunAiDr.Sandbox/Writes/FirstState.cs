using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Kinds;

namespace RunAiDr.Sandbox.Writes;

/// <summary>What admission adds to objects whatever they say.</summary>
internal static class FirstState
{
    public static void Complete(ResourceType type, JsonObject body)
    {
        switch (type.Kind.QualifiedName)
        {
            case "namespaces":
                Namespace(body);
                break;
            case "persistentvolumeclaims":
                Hold(body, "kubernetes.io/pvc-protection");
                break;
            case "persistentvolumes":
                Hold(body, "kubernetes.io/pv-protection");
                break;
        }
    }

    private static void Namespace(JsonObject body)
    {
        var metadata = ObjectMetadata.Of(body);
        if (metadata["labels"] is not JsonObject labels)
        {
            metadata["labels"] = labels = [];
        }

        labels["kubernetes.io/metadata.name"] = (string?)metadata["name"];
        if (metadata["deletionTimestamp"] is null)
        {
            var spec = body["spec"] as JsonObject ?? [];
            spec["finalizers"] ??= new JsonArray("kubernetes");
            body["spec"] = spec.Parent is null ? spec : body["spec"];
            body["status"] ??= new JsonObject { ["phase"] = "Active" };
        }
    }

    private static void Hold(JsonObject body, string finalizer)
    {
        var metadata = ObjectMetadata.Of(body);
        if (metadata["deletionTimestamp"] is null && metadata["finalizers"] is not JsonArray { Count: > 0 })
        {
            metadata["finalizers"] = new JsonArray(finalizer);
        }
    }
}
