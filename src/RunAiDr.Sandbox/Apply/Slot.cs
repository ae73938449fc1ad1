using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Schemas;

namespace RunAiDr.Sandbox.Apply;

/// <summary>A value that may be absent, which is not the same as null.</summary>
internal readonly record struct Slot(bool Present, JsonNode? Node)
{
    public static readonly Slot Absent;

    public bool IsEmptyContainer => Node is null or JsonObject { Count: 0 } or JsonArray { Count: 0 };

    public static Slot Of(JsonNode? node) => new(true, node);

    public Slot At(string key) => Node is JsonObject map && map.TryGetPropertyValue(key, out var value) ? Of(value) : Absent;

    /// <summary>The form in which two values are compared and merged: a granular map, a keyed list or set, or a leaf (null).
    /// Two empty containers are a leaf.</summary>
    public static TypeSchema? FormOf(TypeSchema type, Slot left, Slot right)
    {
        if (left.IsEmptyContainer && right.IsEmptyContainer)
        {
            return null;
        }

        var form = type.For(right.Node ?? left.Node);
        var fits = form switch
        {
            MapType { Atomic: false } => left.Node is null or JsonObject && right.Node is null or JsonObject,
            ListType { Merge: not ListMerge.Atomic } => left.Node is null or JsonArray && right.Node is null or JsonArray,
            _ => false,
        };
        return fits ? form : null;
    }
}
