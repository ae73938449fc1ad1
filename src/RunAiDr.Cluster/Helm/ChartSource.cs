using RunAiDr.Core.Rehydration.Parts;

namespace RunAiDr.Cluster.Helm;

/// <summary>How helm is told which chart to take.</summary>
/// <param name="Reference">What stands as argument: never begins with a hyphen.</param>
/// <param name="Repository">URL of the repository, null where the reference says it.</param>
/// <param name="IsFile">A directory or an archive, whose version is what it is.</param>
internal sealed record ChartSource(string Reference, string? Repository = null, bool IsFile = false)
{
    private static readonly string[] RepositorySchemes = ["https", "http"];

    /// <summary>Name of the repository in helm's own configuration, where it is of one.</summary>
    public string? Known => Repository is null && !IsFile && !Reference.Contains("://", StringComparison.Ordinal)
        ? Reference[..Reference.IndexOf('/', StringComparison.Ordinal)]
        : null;

    /// <summary>Null when the text is no source at all.</summary>
    public static ChartSource? Of(ReleaseInstall wanted)
    {
        var text = wanted.Source;
        if (text.Any(char.IsControl))
        {
            return null;
        }

        if (text.Contains("://", StringComparison.Ordinal))
        {
            return !Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Host.Length == 0 ? null
                : url.Scheme == "oci" ? new(text)
                : RepositorySchemes.Contains(url.Scheme, StringComparer.Ordinal) ? new(wanted.Chart, text.TrimEnd('/'))
                : null;
        }

        if (text.StartsWith('/') || text.StartsWith('.') || text.EndsWith(".tgz", StringComparison.Ordinal)
            || Path.Exists(text))
        {
            return new(Path.GetFullPath(text), IsFile: true);
        }

        return text.Split('/') is [_, _] parts && parts.All(ReleaseRules.IsChartName)
            ? new(text)
            : null;
    }

    /// <summary>Whether the URL holds a name or a password: it would be seen in the list of processes.</summary>
    public static bool HoldsCredentials(string source) =>
        Uri.TryCreate(source, UriKind.Absolute, out var url) && (url.UserInfo.Length > 0 || url.Query.Length > 0);

    public IEnumerable<string> Arguments(string version) =>
    [
        Reference,
        .. Repository is null ? (string[])[] : [$"--repo={Repository}"],
        .. IsFile ? (string[])[] : [$"--version={version}"],
    ];
}
