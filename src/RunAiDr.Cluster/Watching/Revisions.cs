using System.Diagnostics.CodeAnalysis;

namespace RunAiDr.Cluster.Watching;

/// <summary>Checks and compares revisions, which are decimal numbers of any size.</summary>
internal static class Revisions
{
    private const int Longest = 64;

    /// <summary>Whether it can be one: clients take revisions as they are, and put them into URLs, files and messages.</summary>
    public static bool IsSound([NotNullWhen(true)] string? revision) =>
        revision is { Length: > 0 and <= Longest } && revision.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_');

    /// <summary>Whether <paramref name="revision"/> is newer. What is no number is taken for newer, so that it is not lost.</summary>
    public static bool IsAfter(string revision, string other)
    {
        if (!IsNumber(revision) || !IsNumber(other))
        {
            return revision != other;
        }

        return revision.Length == other.Length
            ? string.CompareOrdinal(revision, other) > 0
            : revision.Length > other.Length;
    }

    private static bool IsNumber(string revision) =>
        revision.Length > 0 && revision[0] is >= '1' and <= '9' && !revision.AsSpan().ContainsAnyExceptInRange('0', '9');
}
