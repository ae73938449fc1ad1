using System.Text.RegularExpressions;

namespace RunAiDr.Core.Secrets;

/// <summary>Hides what looks like a secret and is none, in place, so that positions stay those of the text.</summary>
internal static partial class SecretMask
{
    // A private-use letter: no name, number or quote, so no pattern takes it for one.
    private const char Hidden = '\uE000';

    /// <summary>The text with references to a key of a Secret hidden.</summary>
    public static string Of(string text) => text.Contains("SECRET:", StringComparison.Ordinal)
        ? Reference().Replace(text, match => new string(Hidden, match.Length))
        : text;

    /// <summary>Nothing, a hidden word, a variable of a shell, a pod or a chart, or a word of YAML.</summary>
    public static bool IsHarmless(ReadOnlySpan<char> value)
    {
        var trimmed = value.Trim();
        return trimmed.IsEmpty
            || !trimmed.ContainsAnyExcept(Hidden)
            || trimmed is "true" or "false" or "null" or "~" or "yes" or "no" or "on" or "off" or "{}" or "[]"
            || IsVariable(trimmed);
    }

    // With a default (${X:-secret}), a command ($(echo secret)) or a quoted text ({{ "secret" }}) it may hold one.
    private static bool IsVariable(ReadOnlySpan<char> value) =>
        (value.Length > 3 && value.StartsWith("${") && IsName(value[2..^1]) && value[^1] == '}')
        || (value.Length > 3 && value.StartsWith("$(") && IsName(value[2..^1]) && value[^1] == ')')
        || (value.StartsWith("{{") && value.IndexOf("}}") == value.Length - 2 && !value.ContainsAny("\"'`"));

    private static bool IsName(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '.'))
            {
                return false;
            }
        }

        return true;
    }

    [GeneratedRegex(@"\bSECRET:[a-z0-9][a-z0-9.-]*,[A-Za-z0-9._-]+", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Reference();
}
