using System.Text.Json.Nodes;

namespace RunAiDr.Core.Resources;

/// <summary>Reads fields of JSON that may have any shape: what is not of the wanted type is as good as absent.</summary>
internal static class JsonFields
{
    public static string? Text(this JsonObject body, string field) => TextOf(body[field]);

    public static bool IsTrue(this JsonObject body, string field) =>
        body[field] is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;

    public static JsonObject? Object(this JsonObject body, string field) => body[field] as JsonObject;

    public static IEnumerable<JsonObject> Objects(this JsonObject body, string field) =>
        body[field] is JsonArray items ? items.OfType<JsonObject>() : [];

    public static IEnumerable<string> Texts(this JsonObject body, string field) =>
        body[field] is JsonArray items ? items.Select(TextOf).OfType<string>() : [];

    private static string? TextOf(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
