using System.Text.RegularExpressions;

namespace RunAiDr.Core.Resources;

/// <summary>How a field of a resource is written for people: <c>metadata.labels[runai/queue]</c>.</summary>
internal static partial class FieldPath
{
    public static string Join(string path, string field) => (path, PlainName().IsMatch(field)) switch
    {
        ("", true) => field,
        (_, true) => $"{path}.{field}",
        _ => $"{path}[{field}]",
    };

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_-]*$", RegexOptions.None, 1000)]
    private static partial Regex PlainName();
}
