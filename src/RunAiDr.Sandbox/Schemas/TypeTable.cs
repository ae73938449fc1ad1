namespace RunAiDr.Sandbox.Schemas;

/// <summary>Reads the type notation of <c>types.txt</c>: one type per line, <c>Name: field=type ...</c>, each type before its use.
/// <list type="bullet">
/// <item>scalars <c>text bool int32 int64 number quantity intstr bytes time microtime any</c>; a trailing <c>?</c> leaves out zero values;</item>
/// <item><c>{T}</c> map merged by key, <c>[T]</c> atomic list, <c>[T]=</c> set, <c>[T]a,b/TCP</c> list keyed by a and b, b is TCP by default;</item>
/// <item>a name refers to a struct; <c>T!</c> is atomic; <c>+T</c> is always there (see <see cref="FieldSchema"/>);</item>
/// <item>a line that begins with <c>kind</c> declares a resource: apiVersion, kind and metadata are added.</item>
/// </list></summary>
internal static class TypeTable
{
    public static Dictionary<string, MapType> Parse(TextReader lines)
    {
        var types = new Dictionary<string, MapType>(StringComparer.Ordinal);
        while (lines.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
            {
                ParseLine(line, types);
            }
        }

        return types;
    }

    private static void ParseLine(string line, Dictionary<string, MapType> types)
    {
        var colon = line.IndexOf(": ", StringComparison.Ordinal);
        var name = line[..colon];
        var fields = new Dictionary<string, FieldSchema>(StringComparer.Ordinal);
        if (name.StartsWith("kind ", StringComparison.Ordinal))
        {
            name = name[5..];
            fields["kind"] = new(new ScalarType(ScalarKind.Text));
            fields["apiVersion"] = new(new ScalarType(ScalarKind.Text));
            fields["metadata"] = new(types["ObjectMeta"], AlwaysThere: true);
        }

        foreach (var word in line[(colon + 2)..].Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (word[0] == '@')
            {
                foreach (var (key, field) in types[word[1..]].Fields)
                {
                    fields[key] = field;
                }

                continue;
            }

            var equals = word.IndexOf('=', StringComparison.Ordinal);
            var type = word[(equals + 1)..];
            var always = type[0] == '+';
            fields[word[..equals]] = new(ParseType(always ? type[1..] : type, types), always);
        }

        types[name] = new MapType(fields, Element: null);
    }

    private static TypeSchema ParseType(string text, Dictionary<string, MapType> types)
    {
        if (text[^1] == '!')
        {
            return (MapType)ParseType(text[..^1], types) with { Atomic = true };
        }

        return text[0] switch
        {
            '{' => new MapType(MapType.OfAnything.Fields, ParseType(text[1..^1], types)),
            '[' => ParseList(text, types),
            _ => types.TryGetValue(text, out var known) ? known : ParseScalar(text),
        };
    }

    private static ListType ParseList(string text, Dictionary<string, MapType> types)
    {
        var end = text.LastIndexOf(']');
        var element = ParseType(text[1..end], types);
        return text[(end + 1)..] switch
        {
            "" => new ListType(element, ListMerge.Atomic, []),
            "=" => new ListType(element, ListMerge.Set, []),
            var keys => new ListType(element, ListMerge.Map, [.. keys.Split(',').Select(ParseKey)]),
        };
    }

    private static ListKey ParseKey(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? new ListKey(text) : new ListKey(text[..slash], text[(slash + 1)..]);
    }

    private static TypeSchema ParseScalar(string text)
    {
        var omit = text[^1] == '?';
        return (omit ? text[..^1] : text) switch
        {
            "any" => TypeSchema.Untyped,
            "text" => new ScalarType(ScalarKind.Text, omit),
            "bool" => new ScalarType(ScalarKind.Boolean, omit),
            "int32" => new ScalarType(ScalarKind.Int32, omit),
            "int64" => new ScalarType(ScalarKind.Int64, omit),
            "number" => new ScalarType(ScalarKind.Number, omit),
            "quantity" => new ScalarType(ScalarKind.Quantity, omit),
            "intstr" => new ScalarType(ScalarKind.IntOrString, omit),
            "bytes" => new ScalarType(ScalarKind.Bytes, omit),
            "time" => new ScalarType(ScalarKind.Time, omit),
            "microtime" => new ScalarType(ScalarKind.MicroTime, omit),
            _ => throw new InvalidDataException($"types.txt names the unknown type '{text}'."),
        };
    }
}
