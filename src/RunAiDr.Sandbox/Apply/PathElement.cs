using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Schemas;

namespace RunAiDr.Sandbox.Apply;

/// <summary>Names the elements of paths, as FieldsV1 and as messages write them.</summary>
internal static class PathElement
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Field(string name) => $"f:{name}";

    /// <summary>The element of a set or keyed list; null when a key without default is missing.</summary>
    public static string? Of(ListType type, JsonNode? item)
    {
        if (type.Merge == ListMerge.Set)
        {
            return $"v:{Text(item)}";
        }

        var keys = new JsonObject();
        foreach (var key in type.Keys.OrderBy(key => key.Field, StringComparer.Ordinal))
        {
            var value = item is JsonObject element && element[key.Field] is { } found ? found.DeepClone() : (JsonNode?)key.Default;
            if (value is null)
            {
                return null;
            }

            keys[key.Field] = value;
        }

        return $"k:{Text(keys)}";
    }

    /// <summary><c>.data.k</c>, <c>.spec.containers[name="c"].image</c>, <c>.metadata.finalizers[="x"]</c>.</summary>
    public static string Print(IEnumerable<string> path) => string.Concat(path.Select(element => element[0] switch
    {
        'f' => $".{element[2..]}",
        'k' => $"[{Keys(element)}]",
        _ => $"[={element[2..]}]",
    }));

    /// <summary><c>name="c"</c> for a keyed element, <c>="x"</c> for one of a set.</summary>
    public static string Keys(string element) => element[0] == 'v'
        ? $"={element[2..]}"
        : string.Join(',', ((JsonObject)JsonNode.Parse(element[2..])!).Select(key => $"{key.Key}={Text(key.Value)}"));

    private static string Text(JsonNode? node) => node?.ToJsonString(Plain) ?? "null";
}
