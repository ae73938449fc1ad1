using System.Buffers;
using System.Text;

namespace RunAiDr.Git;

/// <summary>The rules of <c>git check-ref-format</c>, and the length a file system takes.</summary>
internal static class RefName
{
    // A reference is a file, and its lock is that file with ".lock" behind its name.
    private const int LongestPart = 250;

    private static readonly SearchValues<char> Forbidden = SearchValues.Create(" ~^:?*[\\");

    /// <summary>True when <c>refs/heads/&lt;name&gt;</c> or <c>refs/tags/&lt;name&gt;</c> is a legal reference.</summary>
    public static bool IsLegal(string name) =>
        name.Length is > 0 and <= 1000
        && name != "@"
        && !name.StartsWith('-')
        && !name.AsSpan().ContainsAny(Forbidden)
        && !name.Any(char.IsControl)
        && !name.Contains("..", StringComparison.Ordinal)
        && !name.Contains("@{", StringComparison.Ordinal)
        && !name.EndsWith('.')
        && name.Split('/').All(IsLegalPart)
        && IsUnicode(name);

    private static bool IsLegalPart(string part) =>
        part.Length > 0
        && part[0] != '.'
        && !part.EndsWith(".lock", StringComparison.Ordinal)
        && Encoding.UTF8.GetByteCount(part) <= LongestPart;

    private static bool IsUnicode(string name) =>
        name.EnumerateRunes().All(rune => rune != Rune.ReplacementChar);
}
