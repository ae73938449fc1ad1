namespace RunAiDr.Core.Secrets;

/// <summary>
/// Finds secrets inside a text: settings with a secret name (YAML, JSON, INI, shell, flags, SQL), passwords in URLs,
/// private keys, bearer tokens, tokens of known form, manifests of Secrets, base64 of a text with any of these, and random
/// words.
/// </summary>
internal sealed class SecretFinder(SecretRules rules)
{
    // Secrets of Secrets are encoded twice, and docker's once more.
    private const int DeepestEncoding = 4;

    private static readonly SecretFinder WithoutRules = new(SecretRules.None);

    /// <summary>
    /// The secrets of a text in its order, random words aside. References such as <c>SECRET:name,key</c> are none.
    /// </summary>
    public static List<SecretSpan> Find(string text) => WithoutRules.Find(SecretMask.Of(text), 0, null);

    /// <summary>All secrets of a text, and the words that nearly are.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">What it is called.</param>
    /// <param name="nearly">Takes those.</param>
    public List<SecretSpan> Find(string text, string name, List<SecretSpan> nearly) =>
        Find(SecretMask.Of(text), 0, (name, nearly));

    /// <summary>Only what no rule can allow.</summary>
    public static List<SecretSpan> FindCertain(string text) =>
        WithoutRules.Find(SecretMask.Of(text), 0, null).FindAll(span => span.IsCertain);

    private List<SecretSpan> Find(string masked, int depth, (string Name, List<SecretSpan> Nearly)? words)
    {
        var spans = new List<SecretSpan>();
        if (depth < DeepestEncoding)
        {
            Base64Words.Find(masked, decoded => Find(decoded, depth + 1, words), spans);
        }

        if (spans.Count == 1 && spans[0].Length == masked.Length)
        {
            return spans;
        }

        if (!rules.Names.IsEmpty || SecretNames.MayBeIn(masked))
        {
            Assignments.Find(masked, rules, spans);
        }

        Credentials.Find(masked, rules, spans);
        EmbeddedManifests.Find(masked, spans);
        if (words is { } wanted)
        {
            RandomWords.Find(masked, wanted.Name, spans, wanted.Nearly);
        }

        spans.RemoveAll(span => span.Length == 0 || SecretMask.IsHarmless(masked.AsSpan(span.Start, span.Length)));
        return SecretSpan.Merge(spans);
    }
}
