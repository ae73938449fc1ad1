using System.Buffers;

namespace RunAiDr.Core.Secrets;

/// <summary>
/// Finds the values of <c>name: value</c> and <c>name=value</c> with a secret name in a text of any format. Where the end
/// of a value cannot be told, the rest of the line is taken: too much is hidden rather than too little.
/// </summary>
internal static class Assignments
{
    /// <summary>More digits count nothing.</summary>
    public const int LongestCount = 12;

    private const int LongestName = 128;
    private const int LongestFlow = 2048;

    private static readonly SearchValues<char> Separators = SearchValues.Create(":=");

    private static readonly SearchValues<char> Indicators = SearchValues.Create("+-123456789");

    private static readonly string[] Schemes = ["Bearer ", "Basic ", "Token "];

    public static void Find(string text, SecretRules rules, List<SecretSpan> spans)
    {
        var lineEnd = -1;
        for (var at = Next(text, 0); at >= 0;)
        {
            // Looked for once in each line: a text may be one line of a megabyte.
            lineEnd = at > lineEnd ? EndOfLine(text, at) : lineEnd;
            var name = NameBefore(text, at);
            var next = at + 1;
            if (name.Length > 0 && rules.IsSecretName(text.AsSpan(name.Start, name.Length)))
            {
                var label = text.Substring(name.Start, name.Length);
                next = Math.Max(next, AddValue(text, at + 1, lineEnd, (name.Start, label), spans));
            }

            at = Next(text, next);
        }
    }

    /// <summary>The name before a separator; of length 0 when there is none.</summary>
    public static (int Start, int Length) NameBefore(string text, int at)
    {
        var end = at;
        while (end > 0 && text[end - 1] is ' ' or '\t')
        {
            end--;
        }

        // In JSON inside JSON the quote has a backslash before it; an index of a program has a bracket behind it.
        while (end > 0 && text[end - 1] is '"' or '\'' or '\\' or ']')
        {
            end--;
        }

        var start = end;
        while (start > 0 && end - start < LongestName && IsNameLetter(text[start - 1]))
        {
            start--;
        }

        return (start, end - start);
    }

    private static int Next(string text, int from)
    {
        var at = text.AsSpan(from).IndexOfAny(Separators);
        return at < 0 ? -1 : from + at;
    }

    private static bool IsNameLetter(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-';

    /// <summary>Says where to go on: within the value of a secret nothing else is looked for.</summary>
    private static int AddValue(
        string text, int from, int lineEnd, (int Start, string Label) name, List<SecretSpan> spans)
    {
        var start = from;
        while (start < lineEnd && text[start] is ' ' or '\t' or '>' && (text[start] != '>' || text[start - 1] == '='))
        {
            start++;
        }

        var rest = text.AsSpan(start, lineEnd - start);
        if (text[from - 1] == ':' && IsFlowMap(rest))
        {
            return start; // its own names decide
        }

        if (rest.IsWhiteSpace() || IsBlockIndicator(rest.TrimEnd()))
        {
            AddIndentedBlock(text, lineEnd, name, !rest.IsWhiteSpace(), spans);
            return start;
        }

        var (valueStart, valueEnd) = text[start] switch
        {
            '"' or '\'' => Quoted(text, start, lineEnd),
            '\\' when start + 1 < text.Length && text[start + 1] == '"' => EscapedQuoted(text, start + 2, lineEnd),
            _ => Plain(text, start, lineEnd),
        };
        AddWithoutScheme(text, valueStart, valueEnd, name.Label, spans);
        return valueEnd;
    }

    private static bool IsFlowMap(ReadOnlySpan<char> rest) =>
        rest.StartsWith("{") && !rest.StartsWith("{{") && (rest.Contains(':') || rest.TrimEnd() is "{");

    private static bool IsBlockIndicator(ReadOnlySpan<char> rest) =>
        rest.Length <= 3 && rest[0] is '|' or '>' && !rest[1..].ContainsAnyExcept(Indicators);

    private static void AddWithoutScheme(string text, int start, int end, string label, List<SecretSpan> spans)
    {
        var value = text.AsSpan(start, end - start);
        foreach (var scheme in Schemes)
        {
            if (value.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            {
                start += scheme.Length;
                break;
            }
        }

        var found = text.AsSpan(start, end - start);
        if (!IsCount(found, label))
        {
            spans.Add(SecretSpan.ByName(start, end - start, label));
        }
    }

    /// <summary><c>maxTokens: 4096</c> is a setting; a password of digits is a password.</summary>
    private static bool IsCount(ReadOnlySpan<char> value, string name) =>
        value.Length <= LongestCount && !value.ContainsAnyExceptInRange('0', '9') && !SecretNames.IsPassword(name);

    private static (int Start, int End) Quoted(string text, int start, int lineEnd)
    {
        var quote = text[start];
        for (var i = start + 1; i < text.Length; i++)
        {
            if (text[i] == '\\' && quote == '"')
            {
                i++;
            }
            else if (text[i] == quote && quote == '\'' && i + 1 < text.Length && text[i + 1] == quote)
            {
                i++; // two of them are one in YAML and SQL
            }
            else if (text[i] == quote)
            {
                return (start + 1, i);
            }
        }

        return (start + 1, lineEnd);
    }

    /// <summary>A string of JSON that stands in a string of JSON.</summary>
    private static (int Start, int End) EscapedQuoted(string text, int start, int lineEnd)
    {
        for (var i = text.IndexOf("\\\"", start, StringComparison.Ordinal); i >= 0;
             i = text.IndexOf("\\\"", i + 2, StringComparison.Ordinal))
        {
            if (i == start || text[i - 1] != '\\')
            {
                return (start, i);
            }
        }

        return (start, lineEnd);
    }

    private static (int Start, int End) Plain(string text, int start, int lineEnd)
    {
        var end = lineEnd;
        if (IsInsideBraces(text, start))
        {
            var stop = text.AsSpan(start, lineEnd - start).IndexOfAny(',', '}');
            end = stop < 0 ? lineEnd : start + stop;
        }

        while (end > start && char.IsWhiteSpace(text[end - 1]))
        {
            end--;
        }

        return (start, end);
    }

    private static bool IsInsideBraces(string text, int at)
    {
        var before = text.AsSpan(Math.Max(0, at - LongestFlow), Math.Min(at, LongestFlow));
        before = before[(before.LastIndexOf('\n') + 1)..];
        return before.LastIndexOf('{') > before.LastIndexOf('}');
    }

    /// <summary>
    /// The lines below that are indented deeper than the name: a block scalar, or a value on its own line.
    /// </summary>
    private static void AddIndentedBlock(
        string text, int lineEnd, (int Start, string Label) name, bool isBlockScalar, List<SecretSpan> spans)
    {
        var column = name.Start - StartOfLine(text, name.Start);
        var first = -1;
        var last = -1;
        for (var at = lineEnd + 1; at < text.Length; at = EndOfLine(text, at) + 1)
        {
            var end = EndOfLine(text, at);
            var content = at;
            while (content < end && text[content] is ' ' or '\t')
            {
                content++;
            }

            if (content < end && content - at <= column)
            {
                break;
            }

            if (content < end)
            {
                first = first < 0 ? content : first;
                last = end;
            }
        }

        // Below a name without a value stands a map or a list far more often than a text.
        if (first >= 0 && (isBlockScalar || !text.AsSpan(first, last - first).ContainsAny(":-")))
        {
            spans.Add(SecretSpan.ByName(first, last - first, name.Label));
        }
    }

    private static int StartOfLine(string text, int at) => at == 0 ? 0 : text.LastIndexOf('\n', at - 1) + 1;

    private static int EndOfLine(string text, int at)
    {
        var end = at >= text.Length ? -1 : text.IndexOf('\n', at);
        return end < 0 ? text.Length : end;
    }
}
