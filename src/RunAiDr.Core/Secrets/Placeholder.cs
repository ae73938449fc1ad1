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

    /// <summary>Matches each placeholder in a text; group <c>name</c> is its name.</summary>
    [GeneratedRegex("runai-dr-secret:(?<name>[A-Za-z0-9._/-]+):", RegexOptions.ExplicitCapture, 1000)]
    public static partial Regex Pattern();
}
