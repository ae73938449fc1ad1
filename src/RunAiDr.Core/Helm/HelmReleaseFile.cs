using System.Text.Json.Nodes;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Helm;

/// <summary>
/// Where a release lies in a state tree, and what stands beside its values. The revision is no state: a restore
/// starts at 1.
/// </summary>
internal static class HelmReleaseFile
{
    private static readonly string[] Endings = [".release.yaml", ".yaml"];

    public static string ValuesPath(string release) => $"{StateFolder.Values}{release}.yaml";

    public static string Path(string release) => $"{StateFolder.Values}{release}.release.yaml";

    /// <summary>
    /// The release that a file is of (<c>values/runai-cluster.yaml</c> and <c>values/runai-cluster.release.yaml</c> →
    /// <c>runai-cluster</c>), null for a file outside this folder.
    /// </summary>
    public static string? ReleaseOf(string path)
    {
        if (!path.StartsWith(StateFolder.Values, StringComparison.Ordinal))
        {
            return null;
        }

        var file = path[StateFolder.Values.Length..];
        var ending = Array.Find(Endings, ending => file.EndsWith(ending, StringComparison.Ordinal)) ?? "";
        return file[..^ending.Length];
    }

    public static JsonObject Of(HelmRelease release)
    {
        var file = new JsonObject
        {
            ["chart"] = release.Chart,
            ["chartVersion"] = release.ChartVersion,
            ["namespace"] = release.Namespace,
        };
        if (release.AppVersion is { } appVersion)
        {
            file["appVersion"] = appVersion;
        }

        return file;
    }
}
