using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;

namespace RunAiDr.Benchmarks;

/// <summary>
/// The installation that is measured: 400 project namespaces, 12,000 ConfigMaps of 0.2 to 20 KB, 4,000 RoleBindings and
/// 3,600 others for scale 1; the same on every run.
/// </summary>
internal static class SampleResources
{
    private const int Namespaces = 400;

    private const string Rbac = "rbac.authorization.k8s.io";

    private static readonly ResourceKind Namespace = new("", "v1", "Namespace", "namespaces", false);
    private static readonly ResourceKind ConfigMap = new("", "v1", "ConfigMap", "configmaps", true);
    private static readonly ResourceKind ServiceAccount = new("", "v1", "ServiceAccount", "serviceaccounts", true);
    private static readonly ResourceKind LimitRange = new("", "v1", "LimitRange", "limitranges", true);
    private static readonly ResourceKind Role = new(Rbac, "v1", "Role", "roles", true);
    private static readonly ResourceKind RoleBinding = new(Rbac, "v1", "RoleBinding", "rolebindings", true);

    /// <summary>Namespaces first. <paramref name="share"/> shrinks the number of namespaces, not what is in one.</summary>
    public static IEnumerable<Resource> All(double share, string prefix = "project")
    {
        var namespaces = Enumerable.Range(0, (int)(Namespaces * share)).Select(number => $"{prefix}-{number:000}").ToList();
        foreach (var name in namespaces)
        {
            yield return Make(Namespace, null, name, ("metadata", Metadata(name, null, ("runai/queue", name))));
        }

        var chance = new Random(20);
        foreach (var name in namespaces)
        {
            foreach (var resource in InNamespace(name, chance))
            {
                yield return resource;
            }
        }
    }

    private static IEnumerable<Resource> InNamespace(string name, Random chance)
    {
        for (var i = 0; i < 30; i++)
        {
            yield return Make(ConfigMap, name, $"settings-{i:00}", ("data", Data(chance)));
        }

        for (var i = 0; i < 10; i++)
        {
            yield return Make(
                RoleBinding,
                name,
                $"researchers-{i:00}",
                ("roleRef", Fields(("apiGroup", Rbac), ("kind", "ClusterRole"), ("name", "runai-researcher"))),
                ("subjects", new JsonArray([.. Enumerable.Range(0, 4).Select(user => Fields(
                    ("apiGroup", Rbac), ("kind", "User"), ("name", $"user-{chance.Next(10_000)}@example.internal")))])));
        }

        for (var i = 0; i < 4; i++)
        {
            yield return Make(ServiceAccount, name, $"pipeline-{i}");
        }

        for (var i = 0; i < 4; i++)
        {
            yield return Make(Role, name, $"reader-{i}", ("rules", new JsonArray(new JsonObject
            {
                ["apiGroups"] = new JsonArray(""),
                ["resources"] = new JsonArray("configmaps", "pods"),
                ["verbs"] = new JsonArray("get", "list", "watch"),
            })));
        }

        yield return Make(LimitRange, name, "defaults", ("spec", new JsonObject
        {
            ["limits"] = new JsonArray(new JsonObject
            {
                ["type"] = "Container",
                ["default"] = Fields(("memory", "1Gi")),
                ["defaultRequest"] = Fields(("memory", "1Gi")), // the server adds it, and a rehydration ends with a comparison
            }),
        }));
    }

    // Text of settings: 0.2 to 20 KB in lines of about 60 characters, some with words that make the search for secrets look.
    private static JsonObject Data(Random chance)
    {
        var size = 200 + (int)(19_800 * chance.NextDouble());
        var text = new StringBuilder(size + 80);
        while (text.Length < size)
        {
            var (number, component, value) = (chance.Next(1000), chance.Next(50), chance.NextInt64());
            text.Append(CultureInfo.InvariantCulture, $"setting.{number}.of.component-{component} = value {value}\n");
            if (number == 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"cache.key.{number}.url = http://component-{component}.example.internal:8080/\n");
            }
        }

        return new JsonObject { ["settings.conf"] = text.ToString(), ["revision"] = chance.Next(100).ToString(CultureInfo.InvariantCulture) };
    }

    private static Resource Make(ResourceKind kind, string? @namespace, string name, params (string Key, JsonNode Value)[] fields)
    {
        var body = new JsonObject { ["apiVersion"] = kind.ApiVersion, ["kind"] = kind.Kind, ["metadata"] = Metadata(name, @namespace) };
        foreach (var (key, value) in fields)
        {
            body[key] = value;
        }

        return new Resource(kind, body);
    }

    private static JsonObject Metadata(string name, string? @namespace, params (string Key, string Value)[] labels)
    {
        var metadata = Fields(("name", name));
        if (@namespace is not null)
        {
            metadata["namespace"] = @namespace;
        }

        if (labels.Length > 0)
        {
            metadata["labels"] = Fields(labels);
        }

        return metadata;
    }

    private static JsonObject Fields(params (string Key, string Value)[] fields) =>
        new(fields.Select(field => KeyValuePair.Create(field.Key, (JsonNode?)field.Value)));
}
