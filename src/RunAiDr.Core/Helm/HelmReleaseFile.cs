using System.Text.Json.Nodes;

namespace RunAiDr.Core.Helm;

/// <summary>
/// Where a release lies in a state tree, and what stands beside its values. The revision is no state: a restore
/// starts at 1.
/// </summary>
public static class HelmReleaseFile
{
    public static string ValuesPath(string release) => $"values/{release}.yaml";

    public static string Path(string release) => $"values/{release}.release.yaml";

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
