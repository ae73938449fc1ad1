using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;

namespace RunAiDr.Sandbox.Apply;

/// <summary>Changes that the server refuses.</summary>
internal static class Immutability
{
    private static readonly string[] StatefulSetFields =
        ["replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit", "persistentVolumeClaimRetentionPolicy", "minReadySeconds"];

    private static readonly string[] DataFields = ["data", "binaryData"];
    private static readonly string[] StorageClassFields = ["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"];

    /// <summary>Adds a cause for each change that may not be.</summary>
    public static void Check(ResourceKind kind, JsonObject live, JsonObject body, List<Cause> causes)
    {
        switch (kind.QualifiedName)
        {
            case "configmaps" or "secrets":
                Data(kind, live, body, causes);
                break;
            case "rolebindings.rbac.authorization.k8s.io" or "clusterrolebindings.rbac.authorization.k8s.io":
                RoleRef(live, body, causes);
                break;
            case "persistentvolumeclaims":
                Claim(live.Map("spec"), body.Map("spec"), live["status"].Text("phase") == "Bound", causes);
                break;
            case "statefulsets.apps" when !Same(Without(live["spec"], StatefulSetFields), Without(body["spec"], StatefulSetFields)):
                Forbid(causes, "spec", "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', "
                    + "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
                break;
            case "deployments.apps" or "daemonsets.apps" or "replicasets.apps" or "jobs.batch"
                when !Same(live["spec"]?["selector"], body["spec"]?["selector"]):
                causes.Add(new("FieldValueInvalid", $"Invalid value: {body["spec"]?["selector"]?.ToJsonString() ?? "null"}: field is immutable", "spec.selector"));
                break;
            case "priorityclasses.scheduling.k8s.io" when !Same(live["value"], body["value"]):
                Forbid(causes, "value", "may not be changed in an update.");
                break;
            case "storageclasses.storage.k8s.io":
                foreach (var field in StorageClassFields.Where(field => !Same(live[field], body[field])))
                {
                    Forbid(causes, field, "updates to " + field + " are forbidden.");
                }

                break;
        }
    }

    private static void Data(ResourceKind kind, JsonObject live, JsonObject body, List<Cause> causes)
    {
        if (kind.Kind == "Secret" && !Same(live["type"], body["type"]))
        {
            causes.Add(new("FieldValueInvalid", $"Invalid value: \"{body.Text("type")}\": field is immutable", "type"));
        }

        if (live["immutable"] is not JsonValue set || !(bool)set)
        {
            return;
        }

        const string Why = "field is immutable when `immutable` is set";
        if (!Same(live["immutable"], body["immutable"]))
        {
            Forbid(causes, "immutable", Why);
        }

        foreach (var field in DataFields.Where(field => !Same(live[field], body[field])))
        {
            Forbid(causes, field, Why);
        }
    }

    private static void RoleRef(JsonObject live, JsonObject body, List<Cause> causes)
    {
        if (!Same(live["roleRef"], body["roleRef"]))
        {
            var now = body["roleRef"];
            var value = $"{{\"APIGroup\":\"{now.Text("apiGroup")}\",\"Kind\":\"{now.Text("kind")}\",\"Name\":\"{now.Text("name")}\"}}";
            causes.Add(new("FieldValueInvalid", $"Invalid value: {value}: cannot change roleRef", "roleRef"));
        }
    }

    // The binder sets the volume name, a bound claim may grow; the rest of a claim's spec stays.
    private static void Claim(JsonObject? live, JsonObject? body, bool bound, List<Cause> causes)
    {
        var (before, after) = (Without(live, "volumeAttributesClassName"), Without(body, "volumeAttributesClassName"));
        if (live.Text("volumeName") is null)
        {
            after?.Remove("volumeName");
        }

        if (bound)
        {
            before.Map("resources")?.Remove("requests");
            after.Map("resources")?.Remove("requests");
        }

        if (!Same(before, after))
        {
            Forbid(causes, "spec", "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n");
        }
    }

    private static JsonObject? Without(JsonNode? map, params string[] fields)
    {
        var copy = (JsonObject?)map?.DeepClone();
        foreach (var field in fields)
        {
            copy?.Remove(field);
        }

        return copy;
    }

    private static void Forbid(List<Cause> causes, string field, string why) => causes.Add(new("FieldValueForbidden", $"Forbidden: {why}", field));

    private static bool Same(JsonNode? one, JsonNode? two) => JsonNode.DeepEquals(one, two);
}
