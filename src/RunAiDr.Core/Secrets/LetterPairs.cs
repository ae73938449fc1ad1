namespace RunAiDr.Core.Secrets;

/// <summary>
/// How much a pair of letters speaks for chance: bits by which it is rarer in words than in random letters, from -2 (as
/// in every other word) to 4 (in hardly any). Counted in 30 million pairs of documentation, identifiers and field names.
/// </summary>
internal static class LetterPairs
{
    private const int Letters = 26;
    private const int Offset = 2;

    // A row for each first letter, a column for each second one; a digit is the weight and the offset.
    private const string Weights =
        "52115526263110626110236546" // a
        + "14340446126056146225066316" // b
        + "14340560362156046231356636" // c
        + "04410454066345146324266646" // d
        + "23113246446220534001633246" // e
        + "14341166066266046132266636" // f
        + "25350531066231236123265665" // g
        + "06650666166345146251266656" // h
        + "22122226665120136310536364" // i
        + "05450665366555136604165666" // j
        + "14440524065343246413163656" // k
        + "05520356046156146622246626" // l
        + "03540666166215106626366656" // m
        + "16101306264463156610346646" // n
        + "53215246464210326022233666" // o
        + "06430643164164116011266626" // p
        + "45555656466154666345056566" // q
        + "15230526064432156212246626" // r
        + "26250562165345116310265636" // s
        + "16340560066346136122264626" // t
        + "31331336266120516000666466" // u
        + "06460656066635256545666666" // v
        + "06550660064462166226663666" // w
        + "15140365165426406500566146" // x
        + "24352536266122106101462665" // y
        + "05540553055123166545466643"; // z

    /// <summary>Of two ASCII letters of any case.</summary>
    public static int Weight(char first, char second) =>
        Weights[(Index(first) * Letters) + Index(second)] - '0' - Offset;

    private static int Index(char letter) => (letter | 0x20) - 'a';
}
