using System.Collections.Concurrent;

namespace RunAiDr.Sandbox.Schemas;

/// <summary>The types of the built-in kinds, from <c>types.txt</c>.</summary>
internal static class BuiltInTypes
{
    private static readonly Dictionary<string, MapType> Types = Read();
    private static readonly ConcurrentDictionary<string, MapType> Others = new(StringComparer.Ordinal);

    public static MapType ObjectMeta => Types["ObjectMeta"];

    /// <summary>The type of the kind; one that the table lacks has known metadata and takes anything else.</summary>
    public static MapType Of(string apiVersion, string kind)
    {
        var name = $"{apiVersion}/{kind}";
        return Types.TryGetValue(name, out var known) ? known : Others.GetOrAdd(name, _ => WithMetadata(TypeSchema.Untyped, []));
    }

    /// <summary>A resource with apiVersion, kind, metadata and the given fields.</summary>
    public static MapType WithMetadata(TypeSchema? element, IEnumerable<KeyValuePair<string, FieldSchema>> fields)
    {
        var all = new Dictionary<string, FieldSchema>(fields, StringComparer.Ordinal)
        {
            ["apiVersion"] = new(new ScalarType(ScalarKind.Text)),
            ["kind"] = new(new ScalarType(ScalarKind.Text)),
            ["metadata"] = new(ObjectMeta),
        };
        return new MapType(all, element);
    }

    private static Dictionary<string, MapType> Read()
    {
        using var stream = typeof(BuiltInTypes).Assembly.GetManifestResourceStream("types.txt")
            ?? throw new InvalidOperationException("The type table is not embedded in the assembly.");
        using var reader = new StreamReader(stream);
        return TypeTable.Parse(reader);
    }
}
