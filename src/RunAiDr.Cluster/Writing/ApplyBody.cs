using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RunAiDr.Cluster.Writing;

/// <summary>
/// The body of a server-side apply. The server reads it as YAML although it is JSON: characters that YAML changes or
/// refuses are escaped, characters beyond U+FFFF stay raw because YAML refuses escaped pairs, numbers keep their text.
/// </summary>
internal static class ApplyBody
{
    // A YAML key of more than 1024 characters has to be announced by a question mark. An escape takes six.
    private const int LongestPlainKey = 1000;
    private const int LongestEscapedKey = LongestPlainKey / 6;

    public static ReadOnlyMemory<byte> Of(JsonObject resource)
    {
        var body = new ArrayBufferWriter<byte>(4096);
        Write(body, resource);
        return body.WrittenMemory;
    }

    private static void Write(ArrayBufferWriter<byte> body, JsonNode? node)
    {
        switch (node)
        {
            case null:
                body.Write("null"u8);
                break;
            case JsonObject map:
                WriteMap(body, map);
                break;
            case JsonArray list:
                WriteList(body, list);
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                WriteText(body, value.GetValue<string>());
                break;
            default:
                body.Write(Encoding.UTF8.GetBytes(node.ToJsonString()));
                break;
        }
    }

    private static void WriteMap(ArrayBufferWriter<byte> body, JsonObject map)
    {
        var separator = "{"u8;
        foreach (var (key, value) in map)
        {
            body.Write(separator);
            body.Write(IsLong(key) ? "? "u8 : default);
            WriteText(body, key);
            body.Write(": "u8);
            Write(body, value);
            separator = ","u8;
        }

        body.Write(map.Count == 0 ? "{}"u8 : "}"u8);
    }

    private static bool IsLong(string key) =>
        key.Length > LongestPlainKey || (key.Length > LongestEscapedKey && key.AsSpan().ContainsAny(Escaped));

    private static void WriteList(ArrayBufferWriter<byte> body, JsonArray list)
    {
        var separator = "["u8;
        foreach (var item in list)
        {
            body.Write(separator);
            Write(body, item);
            separator = ","u8;
        }

        body.Write(list.Count == 0 ? "[]"u8 : "]"u8);
    }

    private static void WriteText(ArrayBufferWriter<byte> body, string text)
    {
        body.Write("\""u8);
        var rest = text.AsSpan();
        while (!rest.IsEmpty)
        {
            var plain = rest.IndexOfAny(Escaped);
            plain = plain < 0 ? rest.Length : plain;
            Encoding.UTF8.GetBytes(rest[..plain], body);
            if (plain == rest.Length)
            {
                break;
            }

            WriteEscape(body, rest[plain]);
            rest = rest[(plain + 1)..];
        }

        body.Write("\""u8);
    }

    private static void WriteEscape(ArrayBufferWriter<byte> body, char c)
    {
        if (c is '"' or '\\')
        {
            body.Write([(byte)'\\', (byte)c]);
            return;
        }

        var escape = body.GetSpan(6);
        escape[0] = (byte)'\\';
        escape[1] = (byte)'u';
        ((int)c).TryFormat(escape[2..], out _, "x4", CultureInfo.InvariantCulture);
        body.Advance(6);
    }

    private static readonly SearchValues<char> Escaped = SearchValues.Create(
    [
        '"', '\\', '\u2028', '\u2029', '\ufeff', '\ufffe', '\uffff',
        .. Enumerable.Range(0, 0x20).Select(c => (char)c), .. Enumerable.Range(0x7f, 0x21).Select(c => (char)c),
    ]);
}
