using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Schemas;

namespace RunAiDr.Sandbox.Apply;

/// <summary>Which fields differ between two objects of a type.</summary>
internal sealed class FieldComparison
{
    private readonly List<string> _path = [];

    private FieldComparison()
    {
    }

    public FieldSet Added { get; } = new();

    public FieldSet Changed { get; } = new();

    public FieldSet Removed { get; } = new();

    public bool IsSame => Added.IsEmpty && Changed.IsEmpty && Removed.IsEmpty;

    public static FieldComparison Of(TypeSchema type, JsonObject before, JsonObject after)
    {
        var comparison = new FieldComparison();
        comparison.Visit(type, Slot.Of(before), Slot.Of(after));
        return comparison;
    }

    private void Visit(TypeSchema type, Slot before, Slot after)
    {
        switch (Slot.FormOf(type, before, after))
        {
            case MapType map:
                VisitMap(map, before, after);
                break;
            case ListType list:
                VisitList(list, before, after);
                break;
            default:
                Leaf(before, after);
                return;
        }

        if (!before.Present)
        {
            Added.Insert(_path);
        }
        else if (!after.Present)
        {
            Removed.Insert(_path);
        }
    }

    private void Leaf(Slot before, Slot after)
    {
        if (!before.Present)
        {
            Added.Insert(_path);
        }
        else if (!after.Present)
        {
            Removed.Insert(_path);
        }
        else if (!JsonNode.DeepEquals(before.Node, after.Node))
        {
            Changed.Insert(_path);
        }
    }

    private void VisitMap(MapType map, Slot before, Slot after)
    {
        foreach (var key in KeysOf(before).Union(KeysOf(after), StringComparer.Ordinal))
        {
            var field = map.Fields.GetValueOrDefault(key);
            Descend(PathElement.Field(key), map.TypeOf(key) ?? TypeSchema.Untyped, At(before, key, field), At(after, key, field));
        }
    }

    private static Slot At(Slot map, string key, FieldSchema? field)
    {
        var slot = map.At(key);
        return !slot.Present && field is { AlwaysThere: true } && map.Node is JsonObject
            ? Slot.Of(field.Type is MapType ? new JsonObject() : null)
            : slot;
    }

    private void VisitList(ListType list, Slot before, Slot after)
    {
        var old = Index(list, before);
        var now = Index(list, after);
        foreach (var element in old.Keys.Union(now.Keys, StringComparer.Ordinal))
        {
            Descend(element, list.Element, old.GetValueOrDefault(element), now.GetValueOrDefault(element));
        }
    }

    private void Descend(string element, TypeSchema type, Slot before, Slot after)
    {
        _path.Add(element);
        Visit(type, before, after);
        _path.RemoveAt(_path.Count - 1);
    }

    private static Dictionary<string, Slot> Index(ListType type, Slot list)
    {
        var index = new Dictionary<string, Slot>(StringComparer.Ordinal);
        foreach (var item in list.Node as JsonArray ?? [])
        {
            if (PathElement.Of(type, item) is { } element)
            {
                index.TryAdd(element, Slot.Of(item));
            }
        }

        return index;
    }

    private static IEnumerable<string> KeysOf(Slot map) => map.Node is JsonObject keys ? keys.Select(pair => pair.Key) : [];
}
