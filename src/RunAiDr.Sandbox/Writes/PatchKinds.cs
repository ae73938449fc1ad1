using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Http;
using RunAiDr.Sandbox.Kinds;

namespace RunAiDr.Sandbox.Writes;

/// <summary>Which patch a media type means.</summary>
internal static class PatchKinds
{
    public static Func<JsonObject, JsonNode?, JsonObject> Of(string media, ResourceType type) => (media, type.IsCustom) switch
    {
        ("application/merge-patch+json", _) => Merge,
        ("application/strategic-merge-patch+json", false) => Merge,
        (_, true) => throw Statuses.UnsupportedMediaType(
            "application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"),
        _ => throw Statuses.UnsupportedMediaType(
            "application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json", "application/apply-patch+yaml"),
    };

    public static JsonObject Merge(JsonObject live, JsonNode? patch)
    {
        foreach (var (name, value) in patch as JsonObject ?? throw Statuses.BadRequest("error decoding patch: not an object"))
        {
            if (value is null)
            {
                live.Remove(name);
            }
            else if (value is JsonObject map)
            {
                live[name] = Merge(live[name] as JsonObject is { } old ? (JsonObject)old.DeepClone() : [], map);
            }
            else
            {
                live[name] = value.DeepClone();
            }
        }

        return live;
    }
}
