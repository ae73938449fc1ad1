using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Schemas;

namespace RunAiDr.Sandbox.Storage;

/// <summary>
/// JSON as the API server reads and writes it: a repeated key wins over the earlier one, invalid UTF-8 becomes U+FFFD;
/// numbers are written anew (<c>1.0</c> as <c>1</c>), and <c>&lt;</c>, <c>&gt;</c>, <c>&amp;</c>, U+2028 and U+2029 are escaped.
/// </summary>
internal static class JsonText
{
    private static readonly SearchValues<char> Escaped = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(c => (char)c), '"', '\\', '<', '>', '&', '\u2028', '\u2029']);

    /// <exception cref="JsonException">The text is not JSON, or a number is out of range.</exception>
    public static JsonNode? Read(ReadOnlySpan<byte> utf8)
    {
        var repaired = System.Text.Unicode.Utf8.IsValid(utf8)
            ? utf8
            : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(utf8));
        var reader = new Utf8JsonReader(repaired, new JsonReaderOptions { MaxDepth = 512 });
        if (!reader.Read())
        {
            throw new JsonException("unexpected end of JSON input");
        }

        var node = Value(ref reader);
        return reader.Read() ? throw new JsonException("text after the JSON value") : node;
    }

    public static byte[] Write(JsonNode? node, bool sorted = false)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        Write(buffer, node, sorted);
        return buffer.WrittenSpan.ToArray();
    }

    public static void Write(IBufferWriter<byte> output, JsonNode? node, bool sorted = false)
    {
        switch (node)
        {
            case null:
                output.Write("null"u8);
                break;
            case JsonObject map:
                WriteMap(output, map, sorted);
                break;
            case JsonArray list:
                WriteList(output, list, sorted);
                break;
            default:
                WriteScalar(output, node);
                break;
        }
    }

    public static void WriteString(IBufferWriter<byte> output, string text)
    {
        output.Write("\""u8);
        var rest = text.AsSpan();
        for (var at = rest.IndexOfAny(Escaped); at >= 0; at = rest.IndexOfAny(Escaped))
        {
            Encoding.UTF8.GetBytes(rest[..at], output);
            Encoding.UTF8.GetBytes(Escape(rest[at]), output);
            rest = rest[(at + 1)..];
        }

        Encoding.UTF8.GetBytes(rest, output);
        output.Write("\""u8);
    }

    private static string Escape(char c) => c switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\b' => "\\b",
        '\f' => "\\f",
        _ => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
    };

    private static JsonNode? Value(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var map = new JsonObject();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var name = Text(ref reader);
                    reader.Read();
                    map[name] = Value(ref reader);
                }

                return map;
            case JsonTokenType.StartArray:
                var list = new JsonArray();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    list.Add(Value(ref reader));
                }

                return list;
            case JsonTokenType.String:
                return JsonValue.Create(Text(ref reader));
            case JsonTokenType.Number:
                return Number(reader.ValueSpan);
            case JsonTokenType.Null:
                return null;
            default:
                return JsonValue.Create(reader.GetBoolean());
        }
    }

    private static string Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString() ?? "";
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate written as an escape: the server keeps the rest and puts U+FFFD in its place.
            return LoneSurrogates(Encoding.UTF8.GetString(reader.ValueSpan));
        }
    }

    private static string LoneSurrogates(string escaped)
    {
        var text = new StringBuilder();
        for (var i = 0; i < escaped.Length; i++)
        {
            if (escaped[i] != '\\')
            {
                text.Append(escaped[i]);
                continue;
            }

            i++;
            if (escaped[i] == 'u')
            {
                text.Append((char)ushort.Parse(escaped.AsSpan(i + 1, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                i += 4;
                continue;
            }

            text.Append(escaped[i] switch { 'n' => '\n', 'r' => '\r', 't' => '\t', 'b' => '\b', 'f' => '\f', var c => c });
        }

        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.ToString()));
    }

    private static JsonNode Number(ReadOnlySpan<byte> literal)
    {
        // Kept as it was sent: whether 3.0 will do depends on the type of the field.
        return JsonNode.Parse(literal) ?? throw new JsonException("a number became null");
    }

    private static void WriteMap(IBufferWriter<byte> output, JsonObject map, bool sorted)
    {
        var first = true;
        output.Write("{"u8);
        foreach (var (name, value) in sorted ? map.OrderBy(p => p.Key, StringComparer.Ordinal) : (IEnumerable<KeyValuePair<string, JsonNode?>>)map)
        {
            output.Write(first ? ""u8 : ","u8);
            first = false;
            WriteString(output, name);
            output.Write(":"u8);
            Write(output, value, sorted);
        }

        output.Write("}"u8);
    }

    private static void WriteList(IBufferWriter<byte> output, JsonArray list, bool sorted)
    {
        output.Write("["u8);
        for (var i = 0; i < list.Count; i++)
        {
            output.Write(i == 0 ? ""u8 : ","u8);
            Write(output, list[i], sorted);
        }

        output.Write("]"u8);
    }

    private static void WriteScalar(IBufferWriter<byte> output, JsonNode node)
    {
        switch (node.GetValueKind())
        {
            case JsonValueKind.String:
                WriteString(output, node.GetValue<string>());
                break;
            case JsonValueKind.Number:
                var literal = node.ToJsonString();
                Encoding.UTF8.GetBytes(GoNumber.Canonical(literal) ?? literal, output);
                break;
            case JsonValueKind.True:
                output.Write("true"u8);
                break;
            default:
                output.Write("false"u8);
                break;
        }
    }
}
