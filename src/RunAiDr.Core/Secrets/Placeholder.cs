using System.Text.RegularExpressions;

namespace RunAiDr.Core.Secrets;

/// <summary>
/// What stands in an exported text where a secret stood: <c>runai-dr-secret:&lt;name&gt;:</c>. The name is unique in the
/// restore point and says where the secret belongs, e.g. <c>values/runai-backend/keycloakx.adminPassword</c>. Letters,
/// digits and <c>._/-</c> only, so it is one plain word in YAML, JSON and shell texts.
/// </summary>
public static partial class Placeholder
{
    public const string Prefix = "runai-dr-secret:";

    public static string For(string name) => $"{Prefix}{name}:";

    /// <summary>The names of the placeholders in a text, in its order.</summary>
    public static IEnumerable<string> NamesIn(string text) =>
        MayHoldOne(text) ? Pattern().Matches(text).Select(NameOf) : [];

    /// <summary>The name, when the text is one placeholder and nothing else; otherwise null.</summary>
    public static string? WholeName(string text) =>
        MayHoldOne(text) && Pattern().Match(text) is { Success: true } match && match.Length == text.Length
            ? NameOf(match)
            : null;

    /// <summary>The text with each placeholder replaced by what its name gives; null keeps it.</summary>
    public static string Replace(string text, Func<string, string?> valueOf) =>
        MayHoldOne(text) ? Pattern().Replace(text, match => valueOf(NameOf(match)) ?? match.Value) : text;

    /// <summary>Matches each placeholder in a text; group <c>name</c> is its name.</summary>
    [GeneratedRegex("runai-dr-secret:(?<name>[A-Za-z0-9._/-]+):", RegexOptions.ExplicitCapture, 1000)]
    public static partial Regex Pattern();

    private static string NameOf(Match match) => match.Groups["name"].Value;

    // Most texts hold none, and looking for a fixed word is far cheaper than the pattern.
    private static bool MayHoldOne(string text) => text.Contains(Prefix, StringComparison.Ordinal);
}
