namespace RunAiDr.Core.Secrets;

/// <summary>What became of a value that looked like a secret.</summary>
public enum SecretVerdict
{
    /// <summary>A placeholder stands in its place.</summary>
    Hidden,

    /// <summary>It stays because the rules allow it.</summary>
    Allowed,

    /// <summary>It stays, but little was missing.</summary>
    Left,
}

/// <summary>Why a value is a secret, or nearly was. Holds nothing of the value.</summary>
/// <param name="Document">Path of the document without its extension, such as <c>values/runai-backend</c>.</param>
/// <param name="Path">Place in it, as the name of the placeholder has it.</param>
/// <param name="Verdict">What became of it.</param>
/// <param name="Reason">The rule, name, form or entropy that decided.</param>
public sealed record SecretDecision(string Document, string Path, SecretVerdict Verdict, string Reason);
