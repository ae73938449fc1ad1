using RunAiDr.Forges;
using RunAiDr.Git;

namespace RunAiDr.Cli.Configuration;

/// <summary>Where people review drift before it becomes the state of record.</summary>
internal sealed record ReviewConfig
{
    public static readonly string[] Keys =
        ["mode", "review.provider", "review.baseUrl", "review.repository", "review.tokenFile", "review.caFile"];

    /// <summary>The forge with the pull requests; null leaves it at the drift branches.</summary>
    public ReviewForge? Provider { get; init; }

    /// <summary>Null in direct mode.</summary>
    public static ReviewConfig? Read(ConfigValues values, RemoteConfig? remote)
    {
        switch (values.Text("mode"))
        {
            case null or "direct":
                foreach (var key in Keys.Skip(1).Where(key => values.Text(key) is not null))
                {
                    values.Mistake(key, $"{key} needs mode: review");
                }

                return null;
            case "review":
                CheckBranch(values);
                return new ReviewConfig { Provider = ReadForge(values, remote) };
            case var mode:
                values.Mistake("mode", $"mode {mode}: neither direct nor review");
                return null;
        }
    }

    // Also beside a cluster that only another installation has: a reference cannot be the folder of others.
    private static void CheckBranch(ConfigValues values)
    {
        var branch = values.Text("branch");
        if ($"{branch}/".StartsWith(GitStateStore.DriftBranchOf(""), StringComparison.Ordinal))
        {
            values.Mistake("branch", $"branch {branch}: mode review keeps what was observed in branches below {GitStateStore.DriftBranchOf("")}; name the branch of record otherwise");
        }
    }

    private static ReviewForge? ReadForge(ConfigValues values, RemoteConfig? remote)
    {
        if (KindOf(values) is not { } kind)
        {
            return null;
        }

        if (remote is null)
        {
            values.Mistake("review.provider", "review.provider needs remote.url: a pull request is about branches that are there");
            return null;
        }

        var place = ForgePlace.Of(remote.Url);
        var repository = values.Text("review.repository") ?? place?.Repository ?? "";
        if (!Forge.IsRepository(kind, repository))
        {
            values.Mistake("review.repository", $"review.repository '{repository}': not the name of a repository, such as owner/name");
        }

        return new ReviewForge(
            kind, AddressOf(values, place), repository, values.FilePath("review.tokenFile") ?? values.Missing("review.tokenFile"))
        {
            CaFile = values.FilePath("review.caFile") ?? remote.CaFile,
            Proxy = remote.Proxy,
        };
    }

    private static ForgeKind? KindOf(ConfigValues values)
    {
        switch (values.Text("review.provider"))
        {
            case null or "none":
                return null;
            case "github":
                return ForgeKind.GitHub;
            case "gitlab":
                return ForgeKind.GitLab;
            case "gitea":
                return ForgeKind.Gitea;
            case var other:
                values.Mistake("review.provider", $"review.provider {other}: neither github, gitlab, gitea nor none");
                return null;
        }
    }

    private static Uri AddressOf(ConfigValues values, ForgePlace? place)
    {
        var text = values.Text("review.baseUrl");
        if (text is null && place is not null)
        {
            return place.Address;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var address) && address is { Scheme: "https", UserInfo: "", Query: "" })
        {
            return address;
        }

        values.Mistake("review.baseUrl", text is null
            ? "review.baseUrl is missing, and does not follow from remote.url"
            : "review.baseUrl: not an https address without a password in it, such as https://github.com");
        return new Uri("https://localhost");
    }
}

/// <summary>A forge and its repository; the token is a file, read again at each use.</summary>
internal sealed record ReviewForge(ForgeKind Kind, Uri Address, string Repository, string TokenFile)
{
    public string? CaFile { get; init; }

    public string? Proxy { get; init; }
}

/// <summary>The web address of a forge and the name of a repository there, as the URL of the Git remote tells them.</summary>
internal sealed record ForgePlace(Uri Address, string Repository)
{
    private const string GitSuffix = ".git";

    /// <summary>Null where the URL names no server, or no repository with an owner.</summary>
    public static ForgePlace? Of(string remoteUrl)
    {
        var (host, path) = Uri.TryCreate(remoteUrl, UriKind.Absolute, out var url) && url.Scheme is "https" or "ssh"
            ? (url is { Scheme: "https", IsDefaultPort: false } ? url.Authority : url.Host, url.AbsolutePath)
            : ScpLike(remoteUrl);
        var name = path.Trim('/');
        name = name.EndsWith(GitSuffix, StringComparison.Ordinal) ? name[..^GitSuffix.Length] : name;
        return host.Length > 0 && name.Contains('/', StringComparison.Ordinal) && Uri.TryCreate($"https://{host}", UriKind.Absolute, out var address)
            ? new ForgePlace(address, Uri.UnescapeDataString(name))
            : null;
    }

    // user@host:owner/name.git
    private static (string Host, string Path) ScpLike(string text)
    {
        var (at, colon) = (text.IndexOf('@', StringComparison.Ordinal), text.IndexOf(':', StringComparison.Ordinal));
        return at > 0 && colon > at && !text.Contains("://", StringComparison.Ordinal) ? (text[(at + 1)..colon], text[(colon + 1)..]) : ("", "");
    }
}
