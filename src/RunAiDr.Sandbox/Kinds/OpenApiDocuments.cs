using System.Text.Json.Nodes;

namespace RunAiDr.Sandbox.Kinds;

/// <summary>The least OpenAPI that kubectl and helm need: every kind exists, takes any field and has the usual write parameters.</summary>
internal static class OpenApiDocuments
{
    /// <summary>What is asked for as <c>spec.v2@v1.0</c>, which is no valid media type, is answered as this.</summary>
    public const string V2ProtobufType = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

    /// <summary>kubectl does when the document of version 3 lacks a kind, and can read nothing else then.</summary>
    public static bool AskForProtobuf(string accept) =>
        accept.Contains("proto-openapi.spec.v2", StringComparison.Ordinal);

    public static JsonObject V2() => new()
    {
        ["swagger"] = "2.0",
        ["info"] = Info(),
        ["paths"] = new JsonObject(),
        ["definitions"] = new JsonObject(),
    };

    // Field 1 is swagger, field 2 is info with title and version.
    public static byte[] V2Protobuf() => "\n\u00032.0\u0012\u0015\n\nKubernetes\u0012\u0007v1.36.3"u8.ToArray();

    public static JsonObject Index(IReadOnlyList<ResourceType> types)
    {
        var paths = new JsonObject();
        foreach (var kind in types.Select(t => t.Kind).DistinctBy(k => k.ApiVersion, StringComparer.Ordinal))
        {
            var path = kind.Group.Length == 0 ? $"api/{kind.Version}" : $"apis/{kind.ApiVersion}";
            paths[path] = new JsonObject { ["serverRelativeURL"] = $"/openapi/v3/{path}" };
        }

        return new JsonObject { ["paths"] = paths };
    }

    public static JsonObject V3(IReadOnlyList<ResourceType> types, string group, string version)
    {
        var schemas = new JsonObject();
        var paths = new JsonObject();
        foreach (var type in types.Where(t => t.Kind.Group == group && t.Kind.Version == version))
        {
            var gvk = new JsonObject { ["group"] = group, ["version"] = version, ["kind"] = type.Kind.Kind };
            schemas[$"{(group.Length == 0 ? "core" : group)}.{version}.{type.Kind.Kind}"] = new JsonObject
            {
                ["type"] = "object",
                ["x-kubernetes-preserve-unknown-fields"] = true,
                ["x-kubernetes-group-version-kind"] = new JsonArray(gvk),
            };
            paths[Path(type)] = new JsonObject
            {
                ["get"] = Operation("get", gvk),
                ["patch"] = Operation("patch", gvk, "dryRun", "fieldManager", "fieldValidation", "force"),
                ["put"] = Operation("put", gvk, "dryRun", "fieldManager", "fieldValidation"),
            };
        }

        return new JsonObject
        {
            ["openapi"] = "3.0.0",
            ["info"] = Info(),
            ["paths"] = paths,
            ["components"] = new JsonObject { ["schemas"] = schemas },
        };
    }

    private static JsonObject Info() => new() { ["title"] = "Kubernetes", ["version"] = "v1.36.3" };

    private static string Path(ResourceType type)
    {
        var root = type.Kind.Group.Length == 0 ? $"/api/{type.Kind.Version}" : $"/apis/{type.Kind.ApiVersion}";
        return $"{root}/{(type.Kind.Namespaced ? "namespaces/{namespace}/" : "")}{type.Kind.Plural}/{{name}}";
    }

    private static JsonObject Operation(string action, JsonObject gvk, params string[] parameters) => new()
    {
        ["parameters"] = new JsonArray([.. parameters.Select(p => new JsonObject
        {
            ["name"] = p,
            ["in"] = "query",
            ["schema"] = new JsonObject { ["type"] = p == "force" ? "boolean" : "string" },
        })]),
        ["responses"] = new JsonObject(),
        ["x-kubernetes-action"] = action,
        ["x-kubernetes-group-version-kind"] = gvk.DeepClone(),
    };
}
