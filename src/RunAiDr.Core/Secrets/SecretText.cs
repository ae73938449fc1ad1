namespace RunAiDr.Core.Secrets;

/// <summary>A value that must not reach a log, a commit or an error message.</summary>
public sealed class SecretText(string value)
{
    /// <summary>The only way out: search for callers when you review.</summary>
    public string Reveal() => value;

    public override string ToString() => "[secret]";
}
