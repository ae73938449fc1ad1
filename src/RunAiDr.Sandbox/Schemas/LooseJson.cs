using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace RunAiDr.Sandbox.Schemas;

/// <summary>Reads JSON as the API server does where it is lenient: bytes that are no UTF-8 and lone surrogates become U+FFFD.</summary>
internal static partial class LooseJson
{
    /// <exception cref="System.Text.Json.JsonException">The text is no JSON.</exception>
    public static JsonNode? Parse(ReadOnlySpan<byte> utf8)
    {
        var text = Encoding.UTF8.GetString(utf8);
        return JsonNode.Parse(text.Contains("\\ud", StringComparison.OrdinalIgnoreCase) ? Surrogates().Replace(text, Whole) : text);
    }

    // An escaped backslash is matched first, so that \\\\ud800 stays the text it is.
    private static string Whole(Match match) => match.Groups["lone"].Success ? "\\ufffd" : match.Value;

    [GeneratedRegex(@"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?<lone>\\u[dD][89a-fA-F][0-9a-fA-F]{2})", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Surrogates();
}
