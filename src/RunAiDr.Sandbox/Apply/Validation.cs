using System.Text;
using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Schemas;

namespace RunAiDr.Sandbox.Apply;

/// <summary>What a complete object must satisfy to be stored.</summary>
internal static class Validation
{
    private const int DataLimit = 1024 * 1024;
    private const int AnnotationLimit = 256 * 1024;

    /// <summary>The causes for which the object is refused; empty when it is good. <paramref name="live"/> is null when creating.</summary>
    public static IReadOnlyList<Cause> Validate(KindRules rules, JsonObject? live, JsonObject body)
    {
        var causes = new List<Cause>();
        Metadata(rules, body, causes);
        Finalizers.Check(rules, live, body, causes);
        if (rules.Structural is not null)
        {
            causes.AddRange(StructuralValidation.Validate(rules.Structural, body, live));
        }

        if (live is not null)
        {
            Immutability.Check(rules.Kind, live, body, causes);
        }

        switch (rules.Kind.QualifiedName)
        {
            case "configmaps":
                Data(body, causes, "data", "binaryData");
                break;
            case "secrets":
                Data(body, causes, "data");
                SecretType(body, causes);
                break;
            case "leases.coordination.k8s.io":
                Lease(body.Map("spec"), causes);
                break;
            case "customresourcedefinitions.apiextensions.k8s.io":
                CrdValidation.Check(body, causes);
                break;
            case "rolebindings.rbac.authorization.k8s.io":
                Binding(body, causes, ["Role", "ClusterRole"]);
                break;
            case "clusterrolebindings.rbac.authorization.k8s.io":
                Binding(body, causes, ["ClusterRole"]);
                break;
            case "statefulsets.apps" or "deployments.apps" or "daemonsets.apps" or "replicasets.apps" when live is null:
                Workload(body.Map("spec"), causes);
                break;
        }

        return causes;
    }

    private static void Metadata(KindRules rules, JsonObject body, List<Cause> causes)
    {
        var metadata = body.Map("metadata");
        var name = metadata.Text("name") ?? "";
        if (name.Length == 0)
        {
            causes.Add(new("FieldValueRequired", "Required value: name or generateName is required", "metadata.name"));
        }
        else if (NameRules.OfObject(rules.Kind.Group, rules.Kind.Kind, name) is { } bad)
        {
            causes.Add(Bad("metadata.name", name, bad));
        }

        foreach (var (key, value) in metadata.Map("labels")?.OrderByDescending(pair => pair.Key, StringComparer.Ordinal).ToList() ?? [])
        {
            Add(causes, "metadata.labels", (string?)value ?? "", NameRules.LabelValue);
            Add(causes, "metadata.labels", key, NameRules.QualifiedName);
        }

        long size = 0;
        foreach (var (key, value) in metadata.Map("annotations") ?? [])
        {
            size += Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount((string?)value ?? "");
            Add(causes, "metadata.annotations", key, NameRules.QualifiedName);
        }

        if (size > AnnotationLimit)
        {
            causes.Add(new("FieldValueTooLong", $"Too long: may not be more than {AnnotationLimit} bytes", "metadata.annotations"));
        }
    }

    private static void Data(JsonObject body, List<Cause> causes, params string[] maps)
    {
        long size = 0;
        foreach (var map in maps)
        {
            foreach (var (key, value) in body.Map(map) ?? [])
            {
                if (NameRules.ConfigKey(key) is { } bad)
                {
                    causes.Add(Bad($"{map}[{key}]", key, bad));
                }

                if (map == "data" && body.Map("binaryData")?.ContainsKey(key) == true)
                {
                    causes.Add(Bad($"data[{key}]", key, "duplicate of key present in binaryData"));
                }

                size += Encoding.UTF8.GetByteCount((string?)value ?? "");
            }
        }

        if (size > DataLimit)
        {
            var field = maps.Length == 1 ? "data" : "[]";
            causes.Add(new("FieldValueTooLong", $"Too long: may not be more than {DataLimit} bytes", field));
        }
    }

    private static void Lease(JsonObject? spec, List<Cause> causes)
    {
        if (spec?["leaseDurationSeconds"]?.ToJsonString() is { } seconds && (seconds == "0" || seconds[0] == '-'))
        {
            causes.Add(new("FieldValueInvalid", $"Invalid value: {seconds}: must be greater than 0", "spec.leaseDurationSeconds"));
        }
    }

    private static void SecretType(JsonObject body, List<Cause> causes)
    {
        const string Account = "kubernetes.io/service-account.name";
        var type = body.Text("type");
        if (type == "kubernetes.io/service-account-token" && body.Map("metadata").Map("annotations").Text(Account) is null or "")
        {
            causes.Add(new("FieldValueRequired", "Required value", $"metadata.annotations[{Account}]"));
        }

        string[] keys = type switch
        {
            "kubernetes.io/dockerconfigjson" => [".dockerconfigjson"],
            "kubernetes.io/dockercfg" => [".dockercfg"],
            "kubernetes.io/tls" => ["tls.crt", "tls.key"],
            "kubernetes.io/ssh-auth" => ["ssh-privatekey"],
            _ => [],
        };
        foreach (var key in keys.Where(key => body.Map("data")?.ContainsKey(key) != true))
        {
            causes.Add(new("FieldValueRequired", "Required value", $"data[{key}]"));
        }
    }

    private static void Binding(JsonObject body, List<Cause> causes, string[] kinds)
    {
        var roleRef = body.Map("roleRef");
        var kind = roleRef.Text("kind") ?? "";
        if (roleRef.Text("apiGroup") != "rbac.authorization.k8s.io")
        {
            causes.Add(NotSupported("roleRef.apiGroup", roleRef.Text("apiGroup") ?? "", ["rbac.authorization.k8s.io"]));
        }

        if (!kinds.Contains(kind, StringComparer.Ordinal))
        {
            causes.Add(NotSupported("roleRef.kind", kind, kinds));
        }

        if (roleRef.Text("name") is null or "")
        {
            causes.Add(new("FieldValueRequired", "Required value", "roleRef.name"));
        }

        foreach (var (subject, i) in body.Items("subjects").Select((subject, i) => (subject, i)))
        {
            if (subject.Text("name") is null or "")
            {
                causes.Add(new("FieldValueRequired", "Required value", $"subjects[{i}].name"));
            }

            if (subject.Text("kind") is var subjectKind && subjectKind is not ("User" or "Group" or "ServiceAccount"))
            {
                causes.Add(NotSupported($"subjects[{i}].kind", subjectKind ?? "", ["ServiceAccount", "User", "Group"]));
            }
        }
    }

    private static void Workload(JsonObject? spec, List<Cause> causes)
    {
        if (spec.Map("selector") is null)
        {
            causes.Add(new("FieldValueRequired", "Required value", "spec.selector"));
        }

        if (!spec.Map("template").Map("spec").Items("containers").Any())
        {
            causes.Add(new("FieldValueRequired", "Required value", "spec.template.spec.containers"));
        }
    }

    private static void Add(List<Cause> causes, string field, string value, Func<string, string?> rule)
    {
        if (rule(value) is { } bad)
        {
            causes.Add(Bad(field, value, bad));
        }
    }

    private static Cause Bad(string field, string value, string why) => new("FieldValueInvalid", $"Invalid value: \"{value}\": {why}", field);

    private static Cause NotSupported(string field, string value, IEnumerable<string> known) => new(
        "FieldValueNotSupported",
        $"Unsupported value: \"{value}\": supported values: {string.Join(", ", known.Select(item => $"\"{item}\""))}",
        field);
}
