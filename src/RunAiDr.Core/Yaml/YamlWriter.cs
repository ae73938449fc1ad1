using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RunAiDr.Core.Yaml;

/// <summary>
/// The one YAML text of a JSON value: a function of its content, not of the order of its keys. Block style, keys in
/// ordinal order, two blanks, LF, UTF-8 without a mark, no folding, numbers as JSON has them. Texts are written so that
/// readers of YAML 1.1 and 1.2 agree on them; a lone surrogate, which UTF-8 cannot hold, becomes U+FFFD.
/// </summary>
public static class YamlWriter
{
    public static byte[] ToBytes(JsonNode? document)
    {
        var output = new ArrayBufferWriter<byte>(4096);
        Write(document, output);
        return output.WrittenSpan.ToArray();
    }

    public static void Write(JsonNode? document, IBufferWriter<byte> output)
    {
        var text = new YamlText(output);
        switch (document)
        {
            case JsonObject { Count: > 0 } map:
                WriteMap(text, map, 0);
                break;
            case JsonArray { Count: > 0 } list:
                WriteList(text, list, 0);
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                text.Line(value.GetValue<string>());
                text.Raw("\n"u8);
                break;
            default:
                WriteScalar(text, document, 0);
                break;
        }
    }

    /// <summary>Writes the pairs of a map: the first where the line stands, the others at the indentation.</summary>
    private static void WriteMap(YamlText text, JsonObject map, int indent)
    {
        var count = map.Count;
        var pairs = ArrayPool<KeyValuePair<string, JsonNode?>>.Shared.Rent(count);
        ((ICollection<KeyValuePair<string, JsonNode?>>)map).CopyTo(pairs, 0);
        pairs.AsSpan(0, count).Sort(static (x, y) => string.CompareOrdinal(x.Key, y.Key));
        for (var i = 0; i < count; i++)
        {
            if (i > 0)
            {
                text.Indent(indent);
            }

            WritePair(text, pairs[i].Key, pairs[i].Value, indent);
        }

        ArrayPool<KeyValuePair<string, JsonNode?>>.Shared.Return(pairs, clearArray: true);
    }

    private static void WritePair(YamlText text, string key, JsonNode? value, int indent)
    {
        var isExplicit = YamlText.IsLongKey(key);
        if (isExplicit)
        {
            text.Raw("? "u8);
        }

        text.Line(key);
        if (isExplicit)
        {
            text.Raw("\n"u8);
            text.Indent(indent);
        }

        text.Raw(":"u8);
        switch (value)
        {
            case JsonObject { Count: > 0 } map:
                text.Raw("\n"u8);
                text.Indent(indent + 2);
                WriteMap(text, map, indent + 2);
                break;
            case JsonArray { Count: > 0 } list:
                var listIndent = isExplicit ? indent + 2 : indent; // kubectl does not indent lists
                text.Raw("\n"u8);
                text.Indent(listIndent);
                WriteList(text, list, listIndent);
                break;
            default:
                text.Raw(" "u8);
                WriteScalar(text, value, indent);
                break;
        }
    }

    private static void WriteList(YamlText text, JsonArray list, int indent)
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (i > 0)
            {
                text.Indent(indent);
            }

            text.Raw("- "u8);
            switch (list[i])
            {
                case JsonObject { Count: > 0 } map:
                    WriteMap(text, map, indent + 2);
                    break;
                case JsonArray { Count: > 0 } inner:
                    WriteList(text, inner, indent + 2);
                    break;
                default:
                    WriteScalar(text, list[i], indent);
                    break;
            }
        }
    }

    /// <summary>Writes the rest of a line, or a literal block deeper than it, with the line break.</summary>
    private static void WriteScalar(YamlText text, JsonNode? node, int indent)
    {
        switch (node?.GetValueKind())
        {
            case JsonValueKind.String:
                text.Value(node.GetValue<string>(), indent + 2);
                return;
            case JsonValueKind.Object:
                text.Raw("{}"u8);
                break;
            case JsonValueKind.Array:
                text.Raw("[]"u8);
                break;
            case null:
                text.Raw("null"u8);
                break;
            case JsonValueKind.Number when node.AsValue().TryGetValue<JsonElement>(out var number):
                text.Raw(JsonMarshal.GetRawUtf8Value(number)); // 1.0 stays 1.0
                break;
            default:
                text.Ascii(node.ToJsonString());
                break;
        }

        text.Raw("\n"u8);
    }
}
