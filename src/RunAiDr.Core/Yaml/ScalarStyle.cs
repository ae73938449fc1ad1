using System.Buffers;

namespace RunAiDr.Core.Yaml;

/// <summary>How a text is written in YAML.</summary>
internal enum ScalarStyle
{
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
}

/// <summary>
/// Chooses the most readable style in which every reader of YAML 1.1 and 1.2 (libyaml, PyYAML, go-yaml, YamlDotNet,
/// Psych, the JavaScript ones) gives back exactly the text, as a text.
/// </summary>
internal static class ScalarStyles
{
    private const string Blanks = " \t";

    // YAML 1.1 and 1.2 readers between them take these, in any case, for a boolean, a null or a float.
    private static readonly HashSet<string> Words = new(
        ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", "infinity", "=", "<<"],
        StringComparer.OrdinalIgnoreCase);

    // Of sexagesimals, Ruby's commas and go-yaml's underscores too.
    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.,:_+-eE");

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> WordsBySpan =
        Words.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The style of a value inside a map or list.</summary>
    public static ScalarStyle ForValue(ReadOnlySpan<char> text)
    {
        if (!text.Contains('\n'))
        {
            return ForLine(text);
        }

        return FitsLiteral(text) ? ScalarStyle.Literal : ScalarStyle.DoubleQuoted;
    }

    /// <summary>The style of a key, or of a document that is one text: never a literal block.</summary>
    public static ScalarStyle ForLine(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || HasEscapes(text))
        {
            return ScalarStyle.DoubleQuoted;
        }

        if (FitsPlain(text))
        {
            return ScalarStyle.Plain;
        }

        // Without doubling or escaping, whichever reads better: JSON texts keep their double quotes.
        return text.ContainsAny('"', '\\') && !text.Contains('\'')
            ? ScalarStyle.SingleQuoted
            : ScalarStyle.DoubleQuoted;
    }

    /// <summary>Whether a UTF-16 unit may stand raw in a one-line scalar; surrogates in pairs only.</summary>
    // What turns the writing direction round shows a reviewer another text than the one that is restored.
    public static bool IsRaw(char c) =>
        c is >= ' ' and <= '~'
            or >= '\u00a0' and not (
                '\u2028' or '\u2029' or '\ufeff' or '\ufffe' or '\uffff'
                or '\u061c' or '\u200e' or '\u200f' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069'));

    private static bool HasEscapes(ReadOnlySpan<char> text)
    {
        for (var i = text.IndexOfAnyExceptInRange(' ', '~'); i >= 0 && i < text.Length; i++)
        {
            if (!IsRaw(text[i]))
            {
                return true;
            }

            if (char.IsSurrogate(text[i]))
            {
                if (i + 1 >= text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                {
                    return true;
                }

                i++;
            }
        }

        return false;
    }

    private static bool FitsLiteral(ReadOnlySpan<char> text)
    {
        // Readers disagree about a first or last line of nothing but blanks: is it indentation, is it to be chomped?
        var body = text.Trim('\n');
        var (first, last) = (body.IndexOf('\n'), body.LastIndexOf('\n') + 1);
        if (body[..(first < 0 ? body.Length : first)].Trim(Blanks).IsEmpty || body[last..].Trim(Blanks).IsEmpty)
        {
            return false;
        }

        foreach (var line in text.Split('\n'))
        {
            if (HasEscapes(text[line], tabsAllowed: true))
            {
                return false;
            }
        }

        return true;
    }

    private static bool HasEscapes(ReadOnlySpan<char> line, bool tabsAllowed)
    {
        for (var tab = line.IndexOf('\t'); tabsAllowed && tab >= 0; tab = line.IndexOf('\t'))
        {
            if (HasEscapes(line[..tab]))
            {
                return true;
            }

            line = line[(tab + 1)..];
        }

        return HasEscapes(line);
    }

    private static bool FitsPlain(ReadOnlySpan<char> text)
    {
        if (char.IsWhiteSpace(text[0]) || char.IsWhiteSpace(text[^1]) || text[^1] == ':')
        {
            return false;
        }

        // YamlDotNet takes " *" within a plain key for an alias.
        if (text.Contains(": ", StringComparison.Ordinal)
            || text.Contains(" #", StringComparison.Ordinal)
            || text.Contains(" *", StringComparison.Ordinal))
        {
            return false;
        }

        return !StartsAsSyntax(text) && !IsWordOrNumber(text);
    }

    private static bool StartsAsSyntax(ReadOnlySpan<char> text) =>
        "!\"#%&'*,:>?@[]`{|}~".Contains(text[0], StringComparison.Ordinal)
        || text.StartsWith("- ", StringComparison.Ordinal)
        || text.StartsWith("---", StringComparison.Ordinal)
        || text.StartsWith("...", StringComparison.Ordinal);

    private static bool IsWordOrNumber(ReadOnlySpan<char> text)
    {
        var body = text[0] is '+' or '-' ? text[1..] : text;
        if (body.IsEmpty)
        {
            return true;
        }

        return !body.ContainsAnyExcept(NumberCharacters)
            || (body[0] == '0' && body.Length > 1 && body[1] is 'x' or 'X' or 'o' or 'O' or 'b' or 'B')
            || WordsBySpan.Contains(body[0] == '.' ? body[1..] : body) // +inf, -.inf, .nan
            || (body.Length > 4 && body[4] == '-' && !body[..4].ContainsAnyExceptInRange('0', '9'));
    }
}
