namespace RunAiDr.Core.Secrets;

/// <summary>What an operator knows about secrets beyond names, forms and entropy.</summary>
public sealed record SecretRules
{
    public static readonly SecretRules None = new();
}
