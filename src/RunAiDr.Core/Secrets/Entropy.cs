using System.Buffers;
using System.Numerics;

namespace RunAiDr.Core.Secrets;

/// <summary>Tells random text from words: the last resort for a secret that neither name nor form gives away.</summary>
internal static class Entropy
{
    /// <summary>Nothing shorter is judged: names of products and pods are as odd.</summary>
    public const int Shortest = 16;

    /// <summary>Hex digits are judged from this length on: shorter ones are identifiers of all kinds.</summary>
    public const int ShortestHex = 32;

    private const int ShortestMixed = 20;
    private const int LongestMixed = 512;
    private const double MixedBits = 3.7;
    private const int Line = 28;
    private const int NearLine = 20;
    private const int FewestHexDigits = 8;

    private const int ShortestPassword = 12;
    private const int LongestPassword = 128;

    // How much a change between kinds of letters speaks for chance, in half bits, as all evidence here.
    private const int CamelCase = 2;
    private const int Digit = 3;
    private const int TwoDigits = 1;
    private const int Counting = -2;
    private const int Separator = -4;

    private const int Letters = 128;

    private static readonly SearchValues<char> IdentifierLetters = SearchValues.Create("0123456789abcdefABCDEF-");

    // Every word of every text is judged by it, so it is looked up.
    private static readonly sbyte[] Steps =
    [
        .. from first in Enumerable.Range(0, Letters)
           from second in Enumerable.Range(0, Letters)
           select (sbyte)Step((char)first, (char)second),
    ];

    /// <summary>
    /// Whether a word without blanks is random; images, host names, paths and field names are not, and hex digits are
    /// judged by <see cref="IsRandomHex"/> alone.
    /// </summary>
    public static bool IsRandom(ReadOnlySpan<char> word) => IsMixed(word) || Evidence(word) >= Line;

    /// <summary>Whether little is missing for it to be taken for random.</summary>
    public static bool IsNearlyRandom(ReadOnlySpan<char> word) => Evidence(word) >= NearLine;

    /// <summary>Whether a word may be random or have a part that is. Few others may, and it is soon told.</summary>
    public static bool MayBeRandom(ReadOnlySpan<char> word) => Evidence(word) >= NearLine
        || (word.Length < ShortestHex ? IsMixed(word) : HasEveryKind(word) || HasLongHex(word));

    /// <summary>Whether hex digits of one case are no counting or repeating pattern.</summary>
    public static bool IsRandomHex(ReadOnlySpan<char> digits)
    {
        var kinds = 0;
        var steps = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            kinds |= 1 << Convert.ToInt32(digits[i].ToString(), 16);
            steps += i > 0 && digits[i] - digits[i - 1] is 0 or 1 ? 1 : 0;
        }

        return digits.ContainsAnyExceptInRange('0', '9') && BitOperations.PopCount((uint)kinds) >= FewestHexDigits
            && steps * 2 < digits.Length;
    }

    /// <summary>
    /// A password as a generator with symbols makes it: capitals, small letters, digits and symbols, and at nearly every
    /// other letter another kind of letter.
    /// </summary>
    public static bool IsPassword(string text)
    {
        if (text.Length is < ShortestPassword or > LongestPassword || text.Contains("://", StringComparison.Ordinal))
        {
            return false;
        }

        var (kinds, changes, symbols) = (0, 0, 0);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is <= ' ' or > '~')
            {
                return false;
            }

            kinds |= 1 << KindOf(text[i]);
            symbols += "!#$%&*?@^~|;<>".Contains(text[i], StringComparison.Ordinal) ? 1 : 0;
            changes += i > 0 && KindOf(text[i]) != KindOf(text[i - 1]) ? 1 : 0;
        }

        return kinds == 0b1111 && symbols >= 1 && changes * 20 >= text.Length * 9;
    }

    /// <summary>Bits of entropy of one letter.</summary>
    public static double Bits(ReadOnlySpan<char> text)
    {
        Span<int> counts = stackalloc int[128];
        foreach (var c in text)
        {
            counts[c & 127]++;
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

    /// <summary>Capitals, small letters and digits with little repetition.</summary>
    private static bool IsMixed(ReadOnlySpan<char> word)
    {
        if (word.Length is < ShortestMixed or > LongestMixed)
        {
            return false;
        }

        var kinds = 0;
        foreach (var c in word)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('+' or '/' or '=' or '_' or '-'))
            {
                return false;
            }

            kinds |= 1 << KindOf(c);
        }

        return (kinds & 0b111) == 0b111 && Bits(word) >= MixedBits;
    }

    private static bool HasEveryKind(ReadOnlySpan<char> word) =>
        word.ContainsAnyInRange('0', '9') && word.ContainsAnyInRange('A', 'Z') && word.ContainsAnyInRange('a', 'z');

    private static bool HasLongHex(ReadOnlySpan<char> word)
    {
        var length = 0;
        foreach (var c in word)
        {
            length = char.IsAsciiHexDigit(c) ? length + 1 : 0;
            if (length == ShortestHex)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// The most random part of a word, in half bits: what a token is worth must not be lost in the path that it ends.
    /// </summary>
    private static int Evidence(ReadOnlySpan<char> word)
    {
        if (word.Length < Shortest || !word.ContainsAnyExcept(IdentifierLetters))
        {
            return 0;
        }

        var (sum, most) = (0, 0);
        for (var i = 1; i < word.Length; i++)
        {
            sum = Math.Max(0, sum + StepBetween(word[i - 1], word[i]));
            most = Math.Max(most, sum);
        }

        return most;
    }

    // The last place is that of every letter beyond.
    private static int StepBetween(int first, int second) => Steps[(Math.Min(first, Letters - 1) * Letters) + Math.Min(second, Letters - 1)];

    private static int Step(char first, char second)
    {
        var (before, after) = (KindOf(first), KindOf(second));
        if (before == 3 || after == 3)
        {
            return Separator;
        }

        if (before == 2 && after == 2)
        {
            return second - first is 0 or 1 ? Counting : TwoDigits;
        }

        if (before == 2 || after == 2)
        {
            return Digit;
        }

        var pair = first == second ? Counting : 2 * LetterPairs.Weight(first, second);
        return before == 1 && after == 0 ? pair + CamelCase : pair;
    }

    /// <summary>A capital, a small letter, a digit or anything else.</summary>
    private static int KindOf(char c) => c switch
    {
        >= 'A' and <= 'Z' => 0,
        >= 'a' and <= 'z' => 1,
        >= '0' and <= '9' => 2,
        _ => 3,
    };
}
