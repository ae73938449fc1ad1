using System.Text.Json;
using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Schemas;

namespace RunAiDr.Sandbox.Apply;

/// <summary>Strategic merge patch: as a merge patch, but keyed lists and sets of built-in kinds merge by element. Directives:
/// <c>$patch: delete|replace|merge</c>, <c>$retainKeys</c>, <c>$deleteFromPrimitiveList/x</c>, <c>$setElementOrder/x</c>.</summary>
internal static class StrategicPatch
{
    private const string Order = "$setElementOrder/";
    private const string Delete = "$deleteFromPrimitiveList/";

    public static JsonObject Patch(TypeSchema type, JsonObject body, JsonObject patch) => PatchMap(type, body, patch) ?? [];

    private static JsonObject? PatchMap(TypeSchema type, JsonObject? live, JsonObject patch)
    {
        switch ((string?)patch["$patch"])
        {
            case "delete":
                return null;
            case "replace":
                return Plain(patch);
        }

        var result = (JsonObject?)live?.DeepClone() ?? [];
        if (patch["$retainKeys"] is JsonArray retained)
        {
            var names = retained.Select(name => (string?)name).ToHashSet(StringComparer.Ordinal);
            foreach (var key in result.Select(pair => pair.Key).Where(key => !names.Contains(key)).ToList())
            {
                result.Remove(key);
            }
        }

        foreach (var (key, value) in patch)
        {
            if (key.StartsWith(Delete, StringComparison.Ordinal))
            {
                RemoveElements(result, key[Delete.Length..], value as JsonArray ?? []);
            }
            else if (key[0] != '$' || key == "$")
            {
                var order = patch[Order + key] as JsonArray;
                SetField(result, key, ((type as MapType)?.TypeOf(key) ?? TypeSchema.Untyped, value, order));
            }
        }

        foreach (var (key, order) in patch.Where(pair => pair.Key.StartsWith(Order, StringComparison.Ordinal) && !patch.ContainsKey(pair.Key[Order.Length..])))
        {
            var name = key[Order.Length..];
            if (result[name] is JsonArray list && (type as MapType)?.TypeOf(name) is ListType listType)
            {
                result[name] = Sorted(listType, [.. list.Select(item => item?.DeepClone())], [.. list.Select(item => Key(listType, item))], order as JsonArray ?? []);
            }
        }

        return result;
    }

    private static void SetField(JsonObject result, string key, (TypeSchema Type, JsonNode? Value, JsonArray? Order) change)
    {
        switch (change.Value)
        {
            case null:
                result.Remove(key);
                break;
            case JsonObject inner:
                if (PatchMap(change.Type, result[key] as JsonObject, inner) is { } patched)
                {
                    result[key] = patched;
                }
                else
                {
                    result.Remove(key);
                }

                break;
            case JsonArray items when change.Type is ListType { Merge: not ListMerge.Atomic } list:
                result[key] = PatchList(list, result[key] as JsonArray ?? [], items, change.Order);
                break;
            default:
                result[key] = change.Value.DeepClone();
                break;
        }
    }

    private static JsonArray PatchList(ListType type, JsonArray live, JsonArray patch, JsonArray? order)
    {
        if (patch.Any(item => item is JsonObject map && (string?)map["$patch"] == "replace"))
        {
            return new JsonArray([.. patch.Where(item => (item as JsonObject)?["$patch"] is null).Select(item => item?.DeepClone())]);
        }

        var old = live.ToDictionary(item => Key(type, item), item => item, StringComparer.Ordinal);
        var merged = new Dictionary<string, JsonNode?>(StringComparer.Ordinal);
        var deleted = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in patch)
        {
            var key = Key(type, item);
            if (item is JsonObject map && (string?)map["$patch"] == "delete")
            {
                deleted.Add(key);
            }
            else
            {
                merged[key] = item is JsonObject change ? PatchMap(type.Element, old.GetValueOrDefault(key) as JsonObject, change) : item?.DeepClone();
            }
        }

        var others = old.Where(pair => !merged.ContainsKey(pair.Key) && !deleted.Contains(pair.Key)).ToList();
        var keys = new List<string>(merged.Keys);
        PlaceOthers(keys, [.. others.Select(pair => pair.Key)], [.. old.Keys]);
        foreach (var (key, item) in others)
        {
            merged[key] = item?.DeepClone();
        }

        return Sorted(type, [.. keys.Select(key => merged[key])], keys, order ?? []);
    }

    // An element of the server stands before the first patched one that followed it, else at the end.
    private static void PlaceOthers(List<string> keys, List<string> others, List<string> serverOrder)
    {
        var from = 0;
        foreach (var other in others)
        {
            var rank = serverOrder.IndexOf(other);
            var place = keys.FindIndex(from, key => serverOrder.IndexOf(key) > rank);
            place = place < 0 ? keys.Count : place;
            keys.Insert(place, other);
            from = place + 1;
        }
    }

    private static JsonArray Sorted(ListType type, List<JsonNode?> items, List<string> keys, JsonArray order)
    {
        var wanted = order.Select(item => Key(type, item)).ToList();
        var ranked = wanted.Count == 0
            ? items
            : [.. items.Select((item, i) => (item, rank: wanted.IndexOf(keys[i]))).OrderBy(pair => pair.rank < 0 ? int.MaxValue : pair.rank).Select(pair => pair.item)];
        return new JsonArray([.. ranked]);
    }

    private static void RemoveElements(JsonObject result, string key, JsonArray values)
    {
        if (result[key] is JsonArray list)
        {
            var kept = list.Where(item => !values.Any(value => JsonNode.DeepEquals(item, value))).Select(item => item?.DeepClone());
            result[key] = new JsonArray([.. kept]);
        }
    }

    private static string Key(ListType type, JsonNode? item)
    {
        var value = type.Merge == ListMerge.Map && item is JsonObject map ? map[type.Keys[0].Field] : item;
        return value is JsonValue && value.GetValueKind() == JsonValueKind.String ? (string)value! : value?.ToJsonString() ?? "null";
    }

    private static JsonObject Plain(JsonObject patch)
    {
        var plain = (JsonObject)patch.DeepClone();
        plain.Remove("$patch");
        return plain;
    }
}
