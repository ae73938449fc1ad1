using System.Globalization;
using System.Text.RegularExpressions;

namespace RunAiDr.Core.Secrets;

/// <summary>
/// Finds words of a text that nobody has chosen: tokens and keys under harmless names. Digests, UUIDs, certificates,
/// public keys and the names of pods are random too, and public.
/// </summary>
internal static partial class RandomWords
{
    /// <param name="text">Where to look.</param>
    /// <param name="name">What the text is called.</param>
    /// <param name="spans">Takes the random words.</param>
    /// <param name="nearly">Takes words to which little is missing.</param>
    public static void Find(string text, string name, List<SecretSpan> spans, List<SecretSpan> nearly)
    {
        if (Entropy.IsPassword(text))
        {
            spans.Add(SpanOf(text, 0, text.Length, "random letters and symbols"));
        }

        var blocks = PublicText.Blocks(text);
        foreach (var range in TextWords.In(text))
        {
            var (start, length) = range.GetOffsetAndLength(text.Length);
            var found = Judge(text, start, length, name);
            if (found != Finding.None && !blocks.Exists(block => block.Start.Value <= start && start < block.End.Value)
                && !PublicText.IsWord(text, start, length))
            {
                var reason = found == Finding.Hex ? "random hex digits"
                    : found == Finding.Random ? "random word" : "nearly random word";
                (found == Finding.Nearly ? nearly : spans).Add(SpanOf(text, start, length, reason));
            }
        }
    }

    private static SecretSpan SpanOf(string text, int start, int length, string reason)
    {
        var before = NameBefore(text, start);
        var label = before.IsEmpty ? "random" : before.ToString();
        return new SecretSpan(start, length, label, Reason(reason, text.AsSpan(start, length))) { IsRandomWord = true };
    }

    /// <summary>How random, and about how long: the exact length would help who guesses.</summary>
    private static string Reason(string what, ReadOnlySpan<char> word)
    {
        var length = word.Length switch
        {
            < 20 => "16 to 19",
            < 32 => "20 to 31",
            < 64 => "32 to 63",
            _ => "64 or more",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{what}, {Entropy.Bits(word):0.0} bits per letter, {length} letters");
    }

    private static Finding Judge(string text, int start, int length, string name)
    {
        var word = text.AsSpan(start, length);
        if (!Entropy.MayBeRandom(word) || IsPublicName(text, start, length, name) || Base64Words.IsText(word))
        {
            return Finding.None;
        }

        var worst = Finding.None;
        var at = 0;
        foreach (var match in Identifier().EnumerateMatches(word))
        {
            var piece = word.Slice(match.Index, match.Length);
            var before = word[at..match.Index];
            worst = Worse(worst, JudgePart(before));
            at = match.Index + match.Length;
            if (piece.Length >= Entropy.ShortestHex && !piece.Contains('-') && Entropy.IsRandomHex(piece)
                && !SecretNames.IsPublic(before.TrimEnd('-')))
            {
                worst = Worse(worst, Finding.Hex);
            }
        }

        return Worse(worst, JudgePart(word[at..]));
    }

    private static Finding JudgePart(ReadOnlySpan<char> part)
    {
        // Pods are called as their owner and letters of Kubernetes' own alphabet.
        foreach (var suffix in PodSuffix().EnumerateMatches(part))
        {
            part = part[..suffix.Index];
        }

        return Entropy.IsRandom(part) ? Finding.Random : Entropy.IsNearlyRandom(part) ? Finding.Nearly : Finding.None;
    }

    private static Finding Worse(Finding a, Finding b) => a > b ? a : b;

    private static bool IsPublicName(string text, int start, int length, string name) =>
        SecretNames.IsPublic(start == 0 && length == text.Length ? name : NameBefore(text, start));

    private static ReadOnlySpan<char> NameBefore(string text, int start)
    {
        var at = start;
        while (at > 0 && text[at - 1] is ' ' or '"' or '\'' or '\\')
        {
            at--;
        }

        if (at == 0 || text[at - 1] is not (':' or '='))
        {
            return [];
        }

        // Of checksum/config the first word tells more than the last.
        var (from, length) = Assignments.NameBefore(text, at - 1);
        var prefix = from > 0 && text[from - 1] == '/' ? Assignments.NameBefore(text, from - 1).Length + 1 : 0;
        return text.AsSpan(from - prefix, length + prefix);
    }

    /// <summary>A UUID, hex digits of one case, or the short ones of commits, events and volumes.</summary>
    [GeneratedRegex(
        "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|[0-9a-f]{32,}|[0-9A-F]{32,}|\\b[0-9a-f]{8,31}\\b",
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Identifier();

    [GeneratedRegex(
        "-[bcdfghjklmnpqrstvwxz2456789]{5,10}(?:-[bcdfghjklmnpqrstvwxz2456789]{5})?$",
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex PodSuffix();

    private enum Finding
    {
        None,
        Nearly,
        Random,
        Hex,
    }
}
