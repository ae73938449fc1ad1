using System.Buffers;

namespace RunAiDr.Core.Secrets;

/// <summary>The long words of a text: runs of letters that tokens, paths and base64 are made of.</summary>
internal static class TextWords
{
    private const int LongestPadding = 2;

    private static readonly SearchValues<char> Letters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_.~");

    /// <summary>The ranges of the words of at least <see cref="Entropy.Shortest"/> letters, in the order of the text.</summary>
    public static IEnumerable<Range> In(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var start = text.AsSpan(at).IndexOfAny(Letters);
            if (start < 0)
            {
                yield break;
            }

            start += at;
            var length = text.AsSpan(start).IndexOfAnyExcept(Letters);
            var end = length < 0 ? text.Length : start + length;
            at = end + 1;
            if (end - start >= Entropy.Shortest)
            {
                yield return start..WithPadding(text, end);
            }
        }
    }

    private static int WithPadding(string text, int end)
    {
        var padded = end;
        while (padded < text.Length && text[padded] == '=')
        {
            padded++;
        }

        return padded - end <= LongestPadding && (padded == text.Length || !Letters.Contains(text[padded])) ? padded : end;
    }
}
