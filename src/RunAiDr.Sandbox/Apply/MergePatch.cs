using System.Text.Json.Nodes;

namespace RunAiDr.Sandbox.Apply;

/// <summary>JSON merge patch, RFC 7386.</summary>
internal static class MergePatch
{
    /// <summary>A patched copy.</summary>
    public static JsonObject Patch(JsonObject body, JsonObject patch) => Merge(body, patch);

    private static JsonObject Merge(JsonObject? target, JsonObject patch)
    {
        var result = (JsonObject?)target?.DeepClone() ?? [];
        foreach (var (key, value) in patch)
        {
            switch (value)
            {
                case null:
                    result.Remove(key);
                    break;
                case JsonObject inner:
                    result[key] = Merge(result[key] as JsonObject, inner);
                    break;
                default:
                    result[key] = value.DeepClone();
                    break;
            }
        }

        return result;
    }
}
