using System.Text.Json.Nodes;

namespace RunAiDr.Core.Helm;

/// <summary>
/// One revision of a Helm release: which chart, and the values the user supplied (never computed ones).
/// </summary>
public sealed record HelmRelease(
    string Name,
    string Namespace,
    int Revision,
    string Status,
    string Chart,
    string ChartVersion,
    string? AppVersion,
    JsonObject Values)
{
    public const string Deployed = "deployed";
}
