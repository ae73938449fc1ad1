namespace RunAiDr.Core.Secrets;

/// <summary>The secrets of one document as they are found: their names, and why.</summary>
internal sealed class FoundSecrets(string document, SecretRules rules)
{
    private readonly PlaceholderNames _names = new(document);
    private readonly List<FoundSecret> _secrets = [];
    private readonly List<SecretDecision> _decisions = [];

    public IReadOnlyList<FoundSecret> Secrets => _secrets;

    public IReadOnlyList<SecretDecision> Decisions => _decisions;

    /// <summary>The placeholder for a secret; null when the rules allow it to stay.</summary>
    /// <param name="path">Where it stands.</param>
    /// <param name="span">What it is; a whole value has no label.</param>
    /// <param name="secret">The value.</param>
    public string? Take(IEnumerable<string> path, SecretSpan span, SecretText secret)
    {
        // What may stay takes its name too: the next of that name must not move up and be allowed with it.
        var name = _names.Next(path, span.Label.Length == 0 ? null : span.Label);
        if (!span.IsCertain && rules.AllowedBy(name) is { } entry)
        {
            Decide(name, SecretVerdict.Allowed, $"{span.Reason}; {entry.Path}: {entry.Because}");
            return null;
        }

        _secrets.Add(new FoundSecret(name, secret));
        Decide(name, SecretVerdict.Hidden, span.Reason);
        return Placeholder.For(name);
    }

    /// <summary>Notes a value that stays although little was missing.</summary>
    public void Leave(IEnumerable<string> path, SecretSpan span) =>
        _decisions.Add(new SecretDecision(document, string.Join('.', path), SecretVerdict.Left, span.Reason));

    private void Decide(string name, SecretVerdict verdict, string reason) =>
        _decisions.Add(new SecretDecision(document, name[(document.Length + 1)..], verdict, reason));
}
