using System.Text.Json.Nodes;

namespace RunAiDr.Sandbox.Apply;

/// <summary>What a CustomResourceDefinition must satisfy, as far as recorded.</summary>
internal static class CrdValidation
{
    private const string Approval = "api-approved.kubernetes.io";

    public static void Check(JsonObject body, List<Cause> causes)
    {
        var (metadata, spec) = (body.Map("metadata"), body.Map("spec"));
        var (name, group) = (metadata.Text("name") ?? "", spec.Text("group") ?? "");
        if (name != $"{spec.Map("names").Text("plural")}.{group}")
        {
            causes.Add(new("FieldValueInvalid", $"Invalid value: \"{name}\": must be spec.names.plural+\".\"+spec.group", "metadata.name"));
        }

        if (IsProtected(group) && metadata.Map("annotations").Text(Approval) is null)
        {
            causes.Add(new(
                "FieldValueRequired",
                $"Required value: protected groups must have approval annotation \"{Approval}\", see https://github.com/kubernetes/enhancements/pull/1111",
                $"metadata.annotations[{Approval}]"));
        }

        var versions = spec.Items("versions").ToList();
        for (var i = 0; i < versions.Count; i++)
        {
            var path = versions.Count == 1 ? "spec.validation.openAPIV3Schema" : $"spec.versions[{i}].schema.openAPIV3Schema";
            Types(versions[i].Map("schema").Map("openAPIV3Schema"), path, causes);
        }
    }

    private static bool IsProtected(string group) =>
        group is "k8s.io" or "kubernetes.io" || group.EndsWith(".k8s.io", StringComparison.Ordinal) || group.EndsWith(".kubernetes.io", StringComparison.Ordinal);

    private static void Types(JsonObject? schema, string path, List<Cause> causes)
    {
        if (schema is null)
        {
            return;
        }

        if (schema["type"] is null && !IsTrue(schema, "x-kubernetes-int-or-string") && !IsTrue(schema, "x-kubernetes-preserve-unknown-fields"))
        {
            causes.Add(new("FieldValueRequired", "Required value: must not be empty for specified object fields", $"{path}.type"));
        }

        foreach (var (name, property) in schema.Map("properties") ?? [])
        {
            Types(property as JsonObject, $"{path}.properties[{name}]", causes);
        }

        Types(schema.Map("items"), $"{path}.items", causes);
        Types(schema.Map("additionalProperties"), $"{path}.additionalProperties", causes);
    }

    private static bool IsTrue(JsonObject schema, string name) => schema[name] is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;
}
