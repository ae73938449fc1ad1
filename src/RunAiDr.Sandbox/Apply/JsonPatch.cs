using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RunAiDr.Sandbox.Apply;

/// <summary>JSON patch, RFC 6902.</summary>
internal static class JsonPatch
{
    private static readonly Refusal Rejected =
        new(422, "Invalid", "the server rejected our request due to an error in our request", new JsonObject());

    /// <summary>A patched copy, or why not: 400 when the patch is no list of operations, 422 when one of them fails.</summary>
    public static (JsonObject? Body, Refusal? Refused) Patch(JsonObject body, JsonNode? patch)
    {
        if (patch is not JsonArray operations)
        {
            var kind = patch is JsonObject ? "object" : "value";
            return (null, Refusal.BadRequest($"error decoding patch: json: cannot unmarshal {kind} into Go value of type []handlers.jsonPatchOp"));
        }

        var document = body.DeepClone();
        foreach (var operation in operations)
        {
            if (operation is not JsonObject step || !TryStep(ref document, step))
            {
                return (null, Rejected);
            }
        }

        return document is JsonObject patched ? (patched, null) : (null, Rejected);
    }

    private static bool TryStep(ref JsonNode? document, JsonObject step)
    {
        if (Text(step, "path") is not { } path)
        {
            return false;
        }

        switch (Text(step, "op"))
        {
            case "add":
                return step.ContainsKey("value") && TryAdd(ref document, path, step["value"]?.DeepClone());
            case "replace":
                return step.ContainsKey("value") && TryRemove(document, path, out _) && TryAdd(ref document, path, step["value"]?.DeepClone());
            case "remove":
                return TryRemove(document, path, out _);
            case "test":
                return TryGet(document, path, out var found) && JsonNode.DeepEquals(found, step["value"]);
            case "copy":
                return Text(step, "from") is { } source && TryGet(document, source, out var copied)
                    && TryAdd(ref document, path, copied?.DeepClone());
            case "move":
                return Text(step, "from") is { } from && !path.StartsWith(from + "/", StringComparison.Ordinal)
                    && TryRemove(document, from, out var moved) && TryAdd(ref document, path, moved);
            default:
                return false;
        }
    }

    private static bool TryGet(JsonNode? document, string path, out JsonNode? found)
    {
        found = document;
        if (path.Length == 0)
        {
            return true;
        }

        if (path[0] != '/')
        {
            return false;
        }

        foreach (var token in Tokens(path))
        {
            switch (found)
            {
                case JsonObject map when map.TryGetPropertyValue(token, out var member):
                    found = member;
                    break;
                case JsonArray list when TryIndex(token, list.Count - 1, out var index):
                    found = list[index];
                    break;
                default:
                    return false;
            }
        }

        return true;
    }

    private static bool TryAdd(ref JsonNode? document, string path, JsonNode? value)
    {
        if (path.Length == 0)
        {
            document = value;
            return true;
        }

        if (!TryParent(document, path, out var parent, out var last))
        {
            return false;
        }

        switch (parent)
        {
            case JsonObject map:
                map[last] = value;
                return true;
            case JsonArray list when last == "-":
                list.Add(value);
                return true;
            case JsonArray list when TryIndex(last, list.Count, out var index):
                list.Insert(index, value);
                return true;
            default:
                return false;
        }
    }

    private static bool TryRemove(JsonNode? document, string path, out JsonNode? removed)
    {
        removed = null;
        if (path.Length == 0 || !TryGet(document, path, out removed) || !TryParent(document, path, out var parent, out var last))
        {
            return false;
        }

        if (parent is JsonObject map)
        {
            return map.Remove(last);
        }

        ((JsonArray)parent!).RemoveAt(int.Parse(last, CultureInfo.InvariantCulture));
        return true;
    }

    private static bool TryParent(JsonNode? document, string path, out JsonNode? parent, out string last)
    {
        var slash = path.LastIndexOf('/');
        last = slash < 0 ? "" : Tokens(path)[^1];
        parent = null;
        return slash >= 0 && TryGet(document, path[..slash], out parent);
    }

    private static string[] Tokens(string path) =>
    [
        .. path[1..].Split('/').Select(token => token.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)),
    ];

    private static bool TryIndex(string token, int most, out int index) =>
        int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out index) && index <= most && (token.Length == 1 || token[0] != '0');

    private static string? Text(JsonObject step, string key) =>
        step[key] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? (string?)value : null;
}
