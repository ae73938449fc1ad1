using RunAiDr.Core.Secrets;

namespace RunAiDr.Forges;

public enum ForgeKind
{
    GitHub,

    GitLab,

    /// <summary>Forgejo too.</summary>
    Gitea,
}

/// <summary>Where the pull requests are, and how the forge is reached.</summary>
public sealed record ForgeOptions
{
    public required ForgeKind Kind { get; init; }

    /// <summary>Where people find the forge in a browser, such as <c>https://github.com</c>; https only.</summary>
    public required Uri Address { get; init; }

    /// <summary><c>owner/name</c>; GitLab takes any number of groups before the name.</summary>
    public required string Repository { get; init; }

    /// <summary>The token, asked at each use so that it may be renewed.</summary>
    public required Func<SecretText> Token { get; init; }

    /// <summary>PEM file of the only authorities to trust; null trusts those of the system.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>HTTP proxy, without credentials; null connects directly.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>Of the token.</summary>
    public ForgeLimit Limit { get; init; } = new();

    /// <summary>How long one answer may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);
}
