using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;

namespace RunAiDr.Core.Rehydration;

/// <summary>Tells what applying would change.</summary>
internal static class AppliedFields
{
    /// <summary>
    /// The first field, in the order of the applied body, that does not have its value yet; null when applying would
    /// change nothing. Fields that only <paramref name="live"/> has do not count: server-side apply leaves them alone.
    /// Lists have to agree entry by entry.
    /// </summary>
    public static FieldDifference? FirstDifference(JsonObject live, JsonObject applied) => InFields(live, applied, "");

    /// <summary>Whether applying only adds fields and changes none that is there.</summary>
    public static bool OnlyAdds(JsonObject live, JsonObject applied) => applied.All(field =>
        live[field.Key] is not { } found
        || (field.Value is JsonObject wanted && found is JsonObject inner
            ? OnlyAdds(inner, wanted)
            : InNode(found, field.Value, "") is null));

    private static FieldDifference? InFields(JsonObject live, JsonObject applied, string path)
    {
        foreach (var (name, wanted) in applied)
        {
            if (!(IsNothing(wanted) && IsNothing(live[name]))
                && InNode(live[name], wanted, FieldPath.Join(path, name)) is { } difference)
            {
                return difference;
            }
        }

        return null;
    }

    private static FieldDifference? InNode(JsonNode? live, JsonNode? applied, string path) => (applied, live) switch
    {
        (JsonObject wanted, JsonObject found) => InFields(found, wanted, path),
        (JsonArray wanted, JsonArray found) when wanted.Count == found.Count =>
            wanted.Zip(found).Select(pair => InNode(pair.Second, pair.First, path)).FirstOrDefault(d => d is not null),
        (JsonValue wanted, JsonValue found) when JsonNode.DeepEquals(wanted, found) => null,
        (null, null) => null,
        _ => new FieldDifference(path),
    };

    // The server drops null and empty lists (subjects: [] comes back without the field).
    private static bool IsNothing(JsonNode? node) => node is null or JsonArray { Count: 0 };
}

/// <summary>Where a resource differs. Only the place: the values may be secret.</summary>
internal sealed record FieldDifference(string Path);
