using RunAiDr.Core;
using RunAiDr.Core.Review;

namespace RunAiDr.Forges;

/// <summary>Opens the forge of the options. Does not connect.</summary>
public static class Forge
{
    /// <summary>Whether a text can be the name of a repository there: <c>owner/name</c>, and for GitLab more groups before it.</summary>
    public static bool IsRepository(ForgeKind kind, string text)
    {
        var parts = text.Split('/');
        return (parts.Length == 2 || (parts.Length > 2 && kind == ForgeKind.GitLab))
            && parts.All(part => !string.IsNullOrWhiteSpace(part) && part is not "." and not "..");
    }

    /// <exception cref="RunAiDrException">The options cannot be.</exception>
    public static IForge Open(ForgeOptions options, TimeProvider clock)
    {
        if (options.Address.Scheme != Uri.UriSchemeHttps)
        {
            throw new RunAiDrException(
                Fault.Configuration, $"{options.Address} is not encrypted: the token would be readable on the way.", "Use https://.");
        }

        if (!IsRepository(options.Kind, options.Repository))
        {
            throw new RunAiDrException(
                Fault.Configuration, $"{options.Repository} is not the name of a repository of {options.Kind}.", "Name it as owner/name.");
        }

        var parts = options.Repository.Split('/');
        var connection = new ForgeConnection(options, clock);
        return options.Kind switch
        {
            ForgeKind.GitHub => new GitHubForge(connection, parts[0], parts[1]),
            ForgeKind.GitLab => new GitLabForge(connection, options.Repository),
            _ => new GiteaForge(connection, parts[0], parts[1]),
        };
    }
}
