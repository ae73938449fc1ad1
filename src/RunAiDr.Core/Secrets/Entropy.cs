namespace RunAiDr.Core.Secrets;

/// <summary>Tells random text from words: the last resort for a secret that neither name nor form gives away.</summary>
internal static class Entropy
{
    private const int Shortest = 20;
    private const int Longest = 512;
    private const double BitsPerLetter = 3.7;

    /// <summary>
    /// One word of 20 to 512 letters with capitals, small letters and digits and little repetition. Host names, paths,
    /// images, UUIDs and hex digests have no capitals or have separators.
    /// </summary>
    public static bool IsRandom(string text)
    {
        if (text.Length is < Shortest or > Longest || !text.All(IsKeyLetter))
        {
            return false;
        }

        return text.Any(char.IsAsciiLetterUpper) && text.Any(char.IsAsciiLetterLower) && text.Any(char.IsAsciiDigit)
            && Bits(text) >= BitsPerLetter;
    }

    private static bool IsKeyLetter(char c) => char.IsAsciiLetterOrDigit(c) || c is '+' or '/' or '=' or '_' or '-';

    private static double Bits(string text)
    {
        Span<int> counts = stackalloc int[128];
        foreach (var c in text)
        {
            counts[c]++;
        }

        var bits = 0.0;
        foreach (var count in counts)
        {
            if (count > 0)
            {
                var share = (double)count / text.Length;
                bits -= share * Math.Log2(share);
            }
        }

        return bits;
    }
}
