namespace RunAiDr.Sandbox.Security;

/// <summary>May somebody do this? <see cref="Path"/> is set for paths that are no resources.</summary>
internal sealed record AccessQuestion(string Verb, string Group, string Resource)
{
    public string Subresource { get; init; } = "";

    public string Namespace { get; init; } = "";

    public string Name { get; init; } = "";

    public string? Path { get; init; }

    public string FullResource => Subresource.Length == 0 ? Resource : $"{Resource}/{Subresource}";
}
