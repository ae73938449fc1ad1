using System.Text.Json.Nodes;

namespace RunAiDr.Sandbox.Kinds;

/// <summary>The discovery documents, old form and aggregated.</summary>
internal static class DiscoveryDocuments
{
    public static JsonObject Versions(string address) => new()
    {
        ["kind"] = "APIVersions",
        ["versions"] = new JsonArray("v1"),
        ["serverAddressByClientCIDRs"] = new JsonArray(new JsonObject { ["clientCIDR"] = "0.0.0.0/0", ["serverAddress"] = address }),
    };

    public static JsonObject Groups(IReadOnlyList<ResourceType> types) => new()
    {
        ["kind"] = "APIGroupList",
        ["apiVersion"] = "v1",
        ["groups"] = new JsonArray([.. types.Select(t => t.Kind.Group).Distinct(StringComparer.Ordinal)
            .Where(g => g.Length > 0).Select(g => Group(types, g))]),
    };

    /// <summary>One group with its versions, the newest of the most stable first.</summary>
    public static JsonObject Group(IReadOnlyList<ResourceType> types, string group)
    {
        var versions = VersionsOf(types, group).Select(v => new JsonObject { ["groupVersion"] = $"{group}/{v}", ["version"] = v }).ToList();
        return new JsonObject
        {
            ["name"] = group,
            ["versions"] = new JsonArray([.. versions]),
            ["preferredVersion"] = versions[0].DeepClone(),
        };
    }

    public static JsonObject Resources(IReadOnlyList<ResourceType> types, string group, string version)
    {
        var list = new JsonObject { ["kind"] = "APIResourceList" };
        if (group.Length > 0)
        {
            list["apiVersion"] = "v1";
        }

        list["groupVersion"] = group.Length == 0 ? version : $"{group}/{version}";
        list["resources"] = new JsonArray([.. InVersion(types, group, version)
            .SelectMany(t => t.Subresources.Select(s => Subresource(t, s)).Prepend(Resource(t)))]);
        return list;
    }

    /// <summary>The aggregated form: of the core group for /api, of all others for /apis.</summary>
    public static JsonObject Aggregated(IReadOnlyList<ResourceType> types, bool core) => new()
    {
        ["kind"] = "APIGroupDiscoveryList",
        ["apiVersion"] = "apidiscovery.k8s.io/v2",
        ["metadata"] = new JsonObject(),
        ["items"] = new JsonArray([.. types.Select(t => t.Kind.Group).Distinct(StringComparer.Ordinal)
            .Where(g => (g.Length == 0) == core).Select(g => AggregatedGroup(types, g))]),
    };

    private static IEnumerable<string> VersionsOf(IReadOnlyList<ResourceType> types, string group) =>
        types.Where(t => t.Kind.Group == group).Select(t => t.Kind.Version).Distinct(StringComparer.Ordinal)
            .OrderByDescending(v => v, ApiVersionOrder.Instance);

    private static IEnumerable<ResourceType> InVersion(IReadOnlyList<ResourceType> types, string group, string version) =>
        types.Where(t => t.Kind.Group == group && t.Kind.Version == version).OrderBy(t => t.Kind.Plural, StringComparer.Ordinal);

    private static JsonObject Resource(ResourceType type)
    {
        var resource = new JsonObject
        {
            ["name"] = type.Kind.Plural,
            ["singularName"] = type.Singular,
            ["namespaced"] = type.Kind.Namespaced,
            ["kind"] = type.Kind.Kind,
            ["verbs"] = Texts(type.Verbs),
        };
        AddNames(resource, type);
        return resource;
    }

    private static JsonObject Subresource(ResourceType type, string name)
    {
        var (group, version, kind) = SubresourceKind(type, name);
        var resource = new JsonObject
        {
            ["name"] = $"{type.Kind.Plural}/{name}",
            ["singularName"] = "",
            ["namespaced"] = type.Kind.Namespaced,
        };
        if (name == "scale")
        {
            resource["group"] = group;
            resource["version"] = version;
        }

        resource["kind"] = kind;
        resource["verbs"] = Texts(SubresourceVerbs(name));
        return resource;
    }

    private static JsonObject AggregatedGroup(IReadOnlyList<ResourceType> types, string group)
    {
        var metadata = new JsonObject();
        if (group.Length > 0)
        {
            metadata["name"] = group;
        }

        return new JsonObject
        {
            ["metadata"] = metadata,
            ["versions"] = new JsonArray([.. VersionsOf(types, group).Select(v => new JsonObject
            {
                ["version"] = v,
                ["resources"] = new JsonArray([.. InVersion(types, group, v).Select(Aggregated)]),
                ["freshness"] = "Current",
            })]),
        };
    }

    private static JsonObject Aggregated(ResourceType type)
    {
        var resource = new JsonObject
        {
            ["resource"] = type.Kind.Plural,
            ["responseKind"] = ResponseKind(type.IsCustom ? type.Kind.Group : "", type.IsCustom ? type.Kind.Version : "", type.Kind.Kind),
            ["scope"] = type.Kind.Namespaced ? "Namespaced" : "Cluster",
            ["singularResource"] = type.Singular,
            ["verbs"] = Texts(type.Verbs),
        };
        AddNames(resource, type);
        if (type.Subresources.Length > 0)
        {
            resource["subresources"] = new JsonArray([.. type.Subresources.Select(s => AggregatedSubresource(type, s))]);
        }

        return resource;
    }

    private static JsonObject AggregatedSubresource(ResourceType type, string name)
    {
        var (group, version, kind) = SubresourceKind(type, name);
        return new JsonObject
        {
            ["subresource"] = name,
            ["responseKind"] = name == "scale" || type.IsCustom ? ResponseKind(group, version, kind) : ResponseKind("", "", kind),
            ["verbs"] = Texts(SubresourceVerbs(name)),
        };
    }

    private static JsonObject ResponseKind(string group, string version, string kind) =>
        new() { ["group"] = group, ["version"] = version, ["kind"] = kind };

    private static (string Group, string Version, string Kind) SubresourceKind(ResourceType type, string name) =>
        name switch
        {
            "scale" => ("autoscaling", "v1", "Scale"),
            "portforward" => (type.Kind.Group, type.Kind.Version, "PodPortForwardOptions"),
            _ => (type.Kind.Group, type.Kind.Version, type.Kind.Kind),
        };

    private static string[] SubresourceVerbs(string name) => name switch
    {
        "finalize" => ["update"],
        "portforward" => ["create", "get"],
        _ => ["get", "patch", "update"],
    };

    private static void AddNames(JsonObject resource, ResourceType type)
    {
        if (type.ShortNames.Length > 0)
        {
            resource["shortNames"] = Texts(type.ShortNames);
        }

        if (type.Categories.Length > 0)
        {
            resource["categories"] = Texts(type.Categories);
        }
    }

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(t => JsonValue.Create(t))]);
}
