using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Sandbox.Schemas;

namespace RunAiDr.Sandbox.Apply;

/// <summary>What the writes need to know of a kind at one version. <paramref name="Structural"/> is the openAPIV3Schema of a
/// custom resource, null for built-in kinds and schemaless versions; <paramref name="HasStatus"/>: there is a status
/// subresource.</summary>
internal sealed record KindRules(ResourceKind Kind, MapType Type, JsonObject? Structural, bool HasStatus, bool IsCustom)
{
    public static KindRules BuiltIn(ResourceKind kind)
    {
        var type = BuiltInTypes.Of(kind.ApiVersion, kind.Kind);
        return new KindRules(kind, type, null, type.Fields.ContainsKey("status"), IsCustom: false);
    }

    /// <summary>The rules of one version of a CRD, given as the entry of <c>spec.versions</c>.</summary>
    public static KindRules Custom(ResourceKind kind, JsonObject version)
    {
        var schema = version["schema"]?["openAPIV3Schema"] as JsonObject;
        var status = version["subresources"]?["status"] is not null;
        return new KindRules(kind, CustomTypes.Of(schema), schema, status, IsCustom: true);
    }

    /// <summary>An object without fields, as the server compares a new one with.</summary>
    public JsonObject Empty() => new() { ["apiVersion"] = Kind.ApiVersion, ["kind"] = Kind.Kind, ["metadata"] = new JsonObject() };
}
