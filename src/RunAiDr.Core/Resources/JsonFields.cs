using System.Text.Json.Nodes;

namespace RunAiDr.Core.Resources;

/// <summary>Reads fields of JSON that may have any shape: what is not of the wanted type is as good as absent.</summary>
public static class JsonFields
{
    public static string? Text(this JsonObject body, string field) => body[field].AsText();

    public static bool IsTrue(this JsonObject body, string field) =>
        body[field] is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;

    public static JsonObject? Map(this JsonObject body, string field) => body[field] as JsonObject;

    public static IEnumerable<JsonObject> Maps(this JsonObject body, string field) =>
        body[field] is JsonArray items ? items.OfType<JsonObject>() : [];

    public static IEnumerable<string> Texts(this JsonObject body, string field) =>
        body[field] is JsonArray items ? items.Select(AsText).OfType<string>() : [];

    public static string? AsText(this JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
