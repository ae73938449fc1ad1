using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;

namespace RunAiDr.Tests.Support;

/// <summary>Small resources for tests.</summary>
internal static class Given
{
    public static Resource Namespace(string name, JsonObject? labels = null) =>
        Of(new("", "v1", "Namespace", "namespaces", false), null, name, metadata =>
        {
            if (labels is not null)
            {
                metadata["labels"] = labels;
            }
        });

    public static Resource ConfigMap(string ns, string name, string value, string key = "k") =>
        With(Of(new("", "v1", "ConfigMap", "configmaps", true), ns, name), "data", new JsonObject { [key] = value });

    public static Resource Secret(string ns, string name, string key, string value) =>
        With(Of(new("", "v1", "Secret", "secrets", true), ns, name), "data", new JsonObject { [key] = value });

    public static Resource Binding(string? ns, string name, string role, params string[] users)
    {
        var kind = ns is null ? "ClusterRoleBinding" : "RoleBinding";
        var binding = Of(
            new("rbac.authorization.k8s.io", "v1", kind, kind.ToLowerInvariant() + "s", ns is not null), ns, name);
        binding.Body["roleRef"] = new JsonObject
        {
            ["apiGroup"] = "rbac.authorization.k8s.io",
            ["kind"] = "ClusterRole",
            ["name"] = role,
        };
        binding.Body["subjects"] = new JsonArray([.. users.Select(user => new JsonObject
        {
            ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = "User", ["name"] = user,
        })]);
        return binding;
    }

    public static Resource Project(string name) => Of(new("run.ai", "v2", "Project", "projects", false), null, name);

    public static Resource Widget(string name) => Of(new("example.com", "v1", "Widget", "widgets", false), null, name);

    public static Resource WidgetDefinition() => With(
        Of(
            new("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", false),
            null,
            "widgets.example.com"),
        "spec",
        JsonNode.Parse("""
            {"group":"example.com","scope":"Cluster","names":{"kind":"Widget","plural":"widgets"},
             "versions":[{"name":"v1","served":true,"storage":true}]}
            """)!);

    public static Resource OwnedBy(Resource resource, Resource owner)
    {
        resource.Metadata["ownerReferences"] = new JsonArray(new JsonObject
        {
            ["apiVersion"] = owner.Kind.ApiVersion,
            ["kind"] = owner.Kind.Kind,
            ["name"] = owner.Name,
        });
        return resource;
    }

    public static Resource Of(ResourceKind kind, string? ns, string name, Action<JsonObject>? with = null)
    {
        var metadata = new JsonObject { ["name"] = name };
        if (ns is not null)
        {
            metadata["namespace"] = ns;
        }

        with?.Invoke(metadata);
        return new(kind, new JsonObject { ["apiVersion"] = kind.ApiVersion, ["kind"] = kind.Kind, ["metadata"] = metadata });
    }

    public static Resource With(Resource resource, string field, JsonNode value)
    {
        resource.Body[field] = value;
        return resource;
    }
}
