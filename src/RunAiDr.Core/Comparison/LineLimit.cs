namespace RunAiDr.Core.Comparison;

/// <summary>
/// Which texts are compared line by line. It takes the square of the time of the lines between their equal beginnings and
/// their equal ends.
/// </summary>
internal static class LineLimit
{
    public const string Refusal = "too long to be compared line by line";

    private const int MostLines = 10_000;

    public static bool IsPassed(string before, string after)
    {
        var (old, now) = (before.Split('\n'), after.Split('\n'));
        var head = old.AsSpan().CommonPrefixLength(now);
        old.AsSpan(head).Reverse();
        now.AsSpan(head).Reverse();
        var tail = old.AsSpan(head).CommonPrefixLength(now.AsSpan(head));
        return old.Length + now.Length - (2 * (head + tail)) > MostLines;
    }
}
