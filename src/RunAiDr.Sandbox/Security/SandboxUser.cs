namespace RunAiDr.Sandbox.Security;

/// <summary>Who sends a request. Members of <c>system:masters</c> may do everything.</summary>
public sealed record SandboxUser(string Name, params IReadOnlyList<string> Groups)
{
    internal const string Masters = "system:masters";

    internal static readonly SandboxUser Anonymous = new("system:anonymous", "system:unauthenticated");

    internal bool IsMaster => Groups.Contains(Masters, StringComparer.Ordinal);

    /// <summary>With the group that everyone with good credentials is in.</summary>
    internal SandboxUser Authenticated() =>
        Groups.Contains("system:authenticated", StringComparer.Ordinal)
            ? this
            : new SandboxUser(Name, [.. Groups, "system:authenticated"]);
}
