using System.Buffers;
using System.Text;
using YamlDotNet.Core;

namespace RunAiDr.Core.Yaml;

/// <summary>From bytes to the characters that YAML allows.</summary>
internal static class YamlEncoding
{
    // A NUL ends the text for the parser; NEL, LS and PS are line breaks in YAML 1.1 and text in 1.2; the rest is not
    // allowed in either.
    private static readonly SearchValues<char> Forbidden = SearchValues.Create(
    [
        .. Enumerable.Range(0, 0xA0).Select(c => (char)c).Where(char.IsControl).Except(['\t', '\n', '\r']),
        '\u2028', '\u2029', '\ufeff', '\ufffe', '\uffff',
    ]);

    public static string Decode(ReadOnlySpan<byte> utf8, YamlSource source)
    {
        var mark = Encoding.UTF8.Preamble;
        utf8 = utf8.StartsWith(mark) ? utf8[mark.Length..] : utf8;
        var text = DecodeStrictly(utf8, source);
        var at = text.AsSpan().IndexOfAny(Forbidden);
        if (at < 0)
        {
            return text;
        }

        var character = $"the character U+{(int)text[at]:X4}";
        throw source.Refuse(EndOf(text.AsSpan(0, at)), character, "Write it as an escape in double quotes.");
    }

    private static string DecodeStrictly(ReadOnlySpan<byte> utf8, YamlSource source)
    {
        try
        {
            return StrictUtf8.Decode(utf8);
        }
        catch (DecoderFallbackException failure)
        {
            var before = Encoding.UTF8.GetString(utf8[..Math.Clamp(failure.Index, 0, utf8.Length)]);
            throw source.Refuse(EndOf(before), "not valid UTF-8", "Save the text as UTF-8.", failure);
        }
    }

    private static Mark EndOf(ReadOnlySpan<char> text) =>
        new(0, text.Count('\n') + 1, text.Length - text.LastIndexOf('\n'));
}
