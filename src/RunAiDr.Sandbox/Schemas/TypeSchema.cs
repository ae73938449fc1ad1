using System.Text.Json.Nodes;

namespace RunAiDr.Sandbox.Schemas;

/// <summary>What a scalar may hold and how it is stored.</summary>
internal enum ScalarKind
{
    Text,
    Boolean,
    Int32,
    Int64,
    Number,
    Quantity,
    IntOrString,
    Bytes,
    Time,
    MicroTime,
}

/// <summary>How lists of a type merge in a server-side apply and a strategic merge patch.</summary>
internal enum ListMerge
{
    Atomic,
    Set,
    Map,
}

/// <summary>The type of one value of a resource: enough to merge, own, decode and normalise it.</summary>
internal abstract record TypeSchema
{
    /// <summary>Any JSON: objects merge by key, lists and scalars are replaced whole.</summary>
    public static readonly TypeSchema Untyped = new UntypedType();

    /// <summary>This type, or for an untyped value the one that its form implies.</summary>
    public TypeSchema For(JsonNode? node) => this is not UntypedType ? this : node switch
    {
        JsonObject => MapType.OfAnything,
        JsonArray => ListType.OfAnything,
        _ => this,
    };
}

internal sealed record UntypedType : TypeSchema;

/// <summary>A scalar. With <paramref name="OmitZero"/> the server leaves out the empty text, false and 0.</summary>
internal sealed record ScalarType(ScalarKind Kind, bool OmitZero = false) : TypeSchema;

/// <summary>One known field of a struct. With <paramref name="AlwaysThere"/> the server never leaves it out in its own model
/// (a struct that is no pointer, a list without omitempty), so that no Update manager owns the field itself.</summary>
internal sealed record FieldSchema(TypeSchema Type, bool AlwaysThere = false);

/// <summary>An object: known fields, and <paramref name="Element"/> for all other keys (null: there are none).</summary>
internal sealed record MapType(IReadOnlyDictionary<string, FieldSchema> Fields, TypeSchema? Element, bool Atomic = false) : TypeSchema
{
    public static readonly MapType OfAnything = new(new Dictionary<string, FieldSchema>(StringComparer.Ordinal), Untyped);

    public bool IsStruct => Fields.Count > 0 || Element is null;

    /// <summary>The type of the value at <paramref name="key"/>, null when no such field is declared.</summary>
    public TypeSchema? TypeOf(string key) => Fields.TryGetValue(key, out var field) ? field.Type : Element;
}

/// <summary>A list. <paramref name="Keys"/> name the fields that identify an element of a <see cref="ListMerge.Map"/>; a
/// key with a default may be left out of an element.</summary>
internal sealed record ListType(TypeSchema Element, ListMerge Merge, IReadOnlyList<ListKey> Keys) : TypeSchema
{
    public static readonly ListType OfAnything = new(Untyped, ListMerge.Atomic, []);
}

internal sealed record ListKey(string Field, string? Default = null);
