using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Schemas;

namespace RunAiDr.Sandbox.Apply;

/// <summary>Merging, pruning and owning by type.</summary>
internal static class TypedObject
{
    /// <summary>The paths that a manager owns who applies <paramref name="value"/>.</summary>
    public static FieldSet FieldsOf(TypeSchema type, JsonObject value)
    {
        var set = new FieldSet();
        Collect(type, value, set, []);
        return set;
    }

    /// <summary><paramref name="live"/> with <paramref name="applied"/> laid over it; nothing is removed.</summary>
    public static JsonObject Merge(TypeSchema type, JsonObject live, JsonObject applied) =>
        (JsonObject)MergeSlots(type, Slot.Of(live), Slot.Of(applied))!;

    /// <summary>Without the fields of <paramref name="set"/>; a container that loses its last field becomes null.</summary>
    public static JsonObject Remove(TypeSchema type, JsonObject value, FieldSet set) => RemoveFrom(type, value, set) as JsonObject ?? [];

    /// <summary>The set with each struct field on the way to a member made a member too.</summary>
    public static FieldSet WithNamedParents(TypeSchema type, FieldSet set)
    {
        var result = new FieldSet();
        foreach (var path in set.Paths)
        {
            result.Insert(path);
            var here = type;
            for (var length = 1; length < path.Count; length++)
            {
                var element = path[length - 1];
                var named = here is MapType map && element[0] == 'f' && map.Fields.ContainsKey(element[2..]);
                if (named)
                {
                    result.Insert(path.Take(length));
                }

                here = here switch
                {
                    MapType owner => owner.TypeOf(element[2..]) ?? TypeSchema.Untyped,
                    ListType list => list.Element,
                    _ => TypeSchema.Untyped,
                };
            }
        }

        return result;
    }

    private static void Collect(TypeSchema type, JsonNode? node, FieldSet set, List<string> path)
    {
        switch (type.For(node))
        {
            case MapType { Atomic: false } map:
                foreach (var (key, child) in node as JsonObject ?? [])
                {
                    var own = child is null or JsonObject { Count: 0 } || !map.Fields.ContainsKey(key);
                    CollectChild(map.TypeOf(key) ?? TypeSchema.Untyped, PathElement.Field(key), child, own);
                }

                break;
            case ListType { Merge: not ListMerge.Atomic } list:
                foreach (var item in node as JsonArray ?? [])
                {
                    CollectChild(list.Element, PathElement.Of(list, item) ?? "", item, own: true);
                }

                break;
            default:
                set.Insert(path);
                break;
        }

        void CollectChild(TypeSchema childType, string element, JsonNode? child, bool own)
        {
            path.Add(element);
            Collect(childType, child, set, path);
            if (own)
            {
                set.Insert(path);
            }

            path.RemoveAt(path.Count - 1);
        }
    }

    private static JsonNode? MergeSlots(TypeSchema type, Slot live, Slot applied)
    {
        if (!live.Present || !applied.Present)
        {
            return (live.Present ? live : applied).Node?.DeepClone();
        }

        return Slot.FormOf(type, live, applied) switch
        {
            MapType map => MergeMaps(map, live, applied),
            ListType list => MergeLists(list, live.Node as JsonArray ?? [], applied.Node as JsonArray ?? []),
            _ => applied.Node?.DeepClone(),
        };
    }

    private static JsonObject MergeMaps(MapType map, Slot live, Slot applied)
    {
        var result = new JsonObject();
        var keys = (live.Node as JsonObject ?? []).Concat(applied.Node as JsonObject ?? []).Select(pair => pair.Key);
        foreach (var key in keys.Distinct(StringComparer.Ordinal))
        {
            result[key] = MergeSlots(map.TypeOf(key) ?? TypeSchema.Untyped, live.At(key), applied.At(key));
        }

        return result;
    }

    // The applied order holds; elements of others keep their place before the next element that both have.
    private static JsonArray MergeLists(ListType list, JsonArray live, JsonArray applied)
    {
        var old = live.Select(item => (Key: PathElement.Of(list, item) ?? "", Item: item)).DistinctBy(pair => pair.Key, StringComparer.Ordinal).ToList();
        var known = old.ToDictionary(pair => pair.Key, pair => Slot.Of(pair.Item), StringComparer.Ordinal);
        var waiting = applied.Select(item => PathElement.Of(list, item) ?? "").ToHashSet(StringComparer.Ordinal);
        var wanted = waiting.ToHashSet(StringComparer.Ordinal);
        var result = new JsonArray();
        var next = 0;
        foreach (var item in applied)
        {
            TakeOthers();
            var key = PathElement.Of(list, item) ?? "";
            waiting.Remove(key);
            result.Add(MergeSlots(list.Element, known.GetValueOrDefault(key), Slot.Of(item)));
        }

        TakeOthers();
        return result;

        void TakeOthers()
        {
            for (; next < old.Count && !waiting.Contains(old[next].Key); next++)
            {
                if (!wanted.Contains(old[next].Key))
                {
                    result.Add(old[next].Item?.DeepClone());
                }
            }
        }
    }

    private static JsonNode? RemoveFrom(TypeSchema type, JsonNode? node, FieldSet set)
    {
        switch (type.For(node), node)
        {
            case (MapType { Atomic: false } map, JsonObject members):
                var kept = new JsonObject();
                foreach (var (key, child) in members.Where(pair => !set.Has(PathElement.Field(pair.Key))))
                {
                    var below = set.Below(PathElement.Field(key));
                    kept[key] = below is null ? child?.DeepClone() : RemoveFrom(map.TypeOf(key) ?? TypeSchema.Untyped, child, below);
                }

                return kept.Count > 0 || members.Count == 0 ? kept : null;
            case (ListType { Merge: not ListMerge.Atomic } list, JsonArray items):
                var rest = new JsonArray();
                foreach (var item in items)
                {
                    var element = PathElement.Of(list, item) ?? "";
                    if (!set.Has(element))
                    {
                        rest.Add(set.Below(element) is { } below ? RemoveFrom(list.Element, item, below) : item?.DeepClone());
                    }
                }

                return rest.Count > 0 || items.Count == 0 ? rest : null;
            default:
                return node?.DeepClone();
        }
    }
}
