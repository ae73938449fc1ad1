using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Apply;
using RunAiDr.Sandbox.Http;
using RunAiDr.Sandbox.Kinds;

namespace RunAiDr.Sandbox.Writes;

/// <summary>Which patch a media type means.</summary>
internal static class PatchKinds
{
    public static Func<JsonObject, JsonNode?, JsonObject> Of(string media, ResourceType type, string name) => (media, type.IsCustom) switch
    {
        ("application/json-patch+json", _) => (live, patch) => Named(Json(live, patch), type, name),
        ("application/merge-patch+json", _) => (live, patch) => Named(MergePatch.Patch(live, Map(patch)), type, name),
        ("application/strategic-merge-patch+json", false) =>
            (live, patch) => Named(StrategicPatch.Patch(type.Rules.Type, live, Map(patch)), type, name),
        (_, true) => throw Statuses.UnsupportedMediaType(
            "application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"),
        _ => throw Statuses.UnsupportedMediaType(
            "application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json", "application/apply-patch+yaml"),
    };

    private static JsonObject Json(JsonObject live, JsonNode? patch)
    {
        var (body, refused) = JsonPatch.Patch(live, patch);
        return body ?? throw Statuses.From(refused);
    }

    private static JsonObject Map(JsonNode? patch) =>
        patch as JsonObject ?? throw Statuses.BadRequest("error decoding patch: json: cannot unmarshal into an object");

    /// <summary>A patch may change neither name nor kind.</summary>
    private static JsonObject Named(JsonObject body, ResourceType type, string name)
    {
        var metadata = body["metadata"] as JsonObject ?? throw Statuses.BadRequest("the patch leaves no metadata");
        var now = (string?)metadata["name"] ?? "";
        if (now != name)
        {
            throw Statuses.BadRequest($"the name of the object ({now}) does not match the name on the URL ({name})");
        }

        body["kind"] = type.Kind.Kind;
        body["apiVersion"] = type.Kind.ApiVersion;
        return body;
    }
}
