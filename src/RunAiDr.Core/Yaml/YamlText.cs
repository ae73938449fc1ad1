using System.Buffers;
using System.Text;

namespace RunAiDr.Core.Yaml;

/// <summary>Puts the pieces of a YAML document into a buffer as UTF-8.</summary>
internal readonly struct YamlText(IBufferWriter<byte> output)
{
    // Readers look for the colon of a key within 1,024 characters; the margin is for quotes and escapes.
    private const int LongestKey = 1000;

    /// <summary>Whether a key has to be written behind a question mark, on a line of its own.</summary>
    public static bool IsLongKey(string key) => key.Length > LongestKey / 6 && WrittenLength(key) > LongestKey;

    public void Raw(ReadOnlySpan<byte> utf8) => output.Write(utf8);

    public void Ascii(string text) => Encoding.UTF8.GetBytes(text, output);

    public void Indent(int width)
    {
        var span = output.GetSpan(Math.Max(width, 1));
        span[..width].Fill((byte)' ');
        output.Advance(width);
    }

    /// <summary>A text within one line.</summary>
    public void Line(string text)
    {
        switch (ScalarStyles.ForLine(text))
        {
            case ScalarStyle.Plain:
                Encoding.UTF8.GetBytes(text, output);
                break;
            case ScalarStyle.SingleQuoted:
                Raw("'"u8);
                Encoding.UTF8.GetBytes(text, output);
                Raw("'"u8);
                break;
            default:
                DoubleQuoted(text);
                break;
        }
    }

    /// <summary>A text and its line break; a literal block stands at <paramref name="indent"/>.</summary>
    public void Value(string text, int indent)
    {
        if (ScalarStyles.ForValue(text) == ScalarStyle.Literal)
        {
            Literal(text, indent);
            return;
        }

        Line(text);
        Raw("\n"u8);
    }

    private void Literal(ReadOnlySpan<char> text, int indent)
    {
        Raw("|"u8);
        if (text[0] is ' ' or '\t' or '\n')
        {
            Raw("2"u8); // readers cannot tell the indentation from such a first line
        }

        if (text[^1] != '\n')
        {
            Raw("-"u8);
        }
        else if (text[^2] == '\n')
        {
            Raw("+"u8);
        }

        Raw("\n"u8);
        var body = text[^1] == '\n' ? text[..^1] : text;
        foreach (var range in body.Split('\n'))
        {
            var line = body[range];
            if (!line.IsEmpty)
            {
                Indent(indent);
                Encoding.UTF8.GetBytes(line, output);
            }

            Raw("\n"u8);
        }
    }

    private void DoubleQuoted(ReadOnlySpan<char> text)
    {
        Raw("\""u8);
        while (!text.IsEmpty)
        {
            var raw = RawLength(text);
            Encoding.UTF8.GetBytes(text[..raw], output); // a lone surrogate becomes U+FFFD here
            if (raw < text.Length)
            {
                Escape(text[raw++]);
            }

            text = text[raw..];
        }

        Raw("\""u8);
    }

    private static int RawLength(ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && ScalarStyles.IsRaw(text[length]) && text[length] is not ('"' or '\\'))
        {
            length++;
        }

        return length;
    }

    private void Escape(char c)
    {
        switch (c)
        {
            case '"':
                Raw("\\\""u8);
                break;
            case '\\':
                Raw("\\\\"u8);
                break;
            case '\n':
                Raw("\\n"u8);
                break;
            case '\r':
                Raw("\\r"u8);
                break;
            case '\t':
                Raw("\\t"u8);
                break;
            default:
                Ascii($"\\u{(int)c:x4}");
                break;
        }
    }

    private static int WrittenLength(string key)
    {
        var written = new ArrayBufferWriter<byte>();
        new YamlText(written).Line(key);
        return written.WrittenCount;
    }
}
