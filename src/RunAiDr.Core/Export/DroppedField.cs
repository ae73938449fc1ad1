using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;

namespace RunAiDr.Core.Export;

/// <summary>
/// One row of <see cref="DroppedFields"/>: a place in a resource (<c>[]</c> is each item of a list) whose value is
/// dropped where the condition holds for it and the resource as the server sent it. A map or list that this empties
/// goes too, but for <c>metadata</c>.
/// </summary>
internal sealed record DroppedField(string[] Path, Func<JsonNode?, Resource, bool>? When = null)
{
    private const string EachItem = "[]";

    public void RemoveFrom(JsonObject body, Resource original) => Remove(body, 0, original);

    /// <summary>Says whether the removal has emptied the container.</summary>
    private bool Remove(JsonNode? container, int depth, Resource original) => container switch
    {
        JsonArray list when Path[depth] == EachItem => RemoveFromList(list, depth, original),
        JsonObject map when map.TryGetPropertyValue(Path[depth], out var value) =>
            RemoveFromMap(map, value, depth, original),
        _ => false,
    };

    private bool RemoveFromMap(JsonObject map, JsonNode? value, int depth, Resource original)
    {
        if (!IsDropped(value, depth, original))
        {
            return false;
        }

        map.Remove(Path[depth]);
        return map.Count == 0;
    }

    private bool RemoveFromList(JsonArray list, int depth, Resource original)
    {
        var before = list.Count;
        list.RemoveAll(item => IsDropped(item, depth, original));
        return before > 0 && list.Count == 0;
    }

    private bool IsDropped(JsonNode? value, int depth, Resource original)
    {
        if (depth == Path.Length - 1)
        {
            return When is null || When(value, original);
        }

        return Remove(value, depth + 1, original) && Path[depth] != "metadata";
    }
}
