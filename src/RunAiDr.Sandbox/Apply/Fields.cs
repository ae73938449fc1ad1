using System.Text.Json;
using System.Text.Json.Nodes;

namespace RunAiDr.Sandbox.Apply;

/// <summary>Short ways through a JSON body.</summary>
internal static class Fields
{
    /// <summary>Sets the field when it is absent or null.</summary>
    public static void Fill(this JsonObject? map, string key, JsonNode? value)
    {
        if (map is not null && map[key] is null)
        {
            map[key] = value;
        }
    }

    public static JsonObject? Map(this JsonNode? node, string key) => (node as JsonObject)?[key] as JsonObject;

    /// <summary>The object at the key, made when absent.</summary>
    public static JsonObject Ensure(this JsonObject map, string key)
    {
        if (map[key] is JsonObject found)
        {
            return found;
        }

        var made = new JsonObject();
        map[key] = made;
        return made;
    }

    /// <summary>The objects of the list at the key.</summary>
    public static IEnumerable<JsonObject> Items(this JsonNode? node, string key) =>
        ((node as JsonObject)?[key] as JsonArray ?? []).OfType<JsonObject>();

    /// <summary>The text at the key, null when there is none.</summary>
    public static string? Text(this JsonNode? node, string key) =>
        (node as JsonObject)?[key] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? (string?)value : null;
}
