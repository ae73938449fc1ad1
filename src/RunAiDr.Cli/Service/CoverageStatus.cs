using RunAiDr.Cli.Service.Web.Pages;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cli.Service;

/// <summary>How much of one cluster is protected.</summary>
/// <param name="Cluster">Its name.</param>
/// <param name="Newest">What the newest survey of this process found; null before.</param>
/// <param name="Age">How long ago that was.</param>
/// <param name="Failure">Why the last attempt failed, and what to do; null when it did not.</param>
internal sealed record CoverageStatus(string Cluster, CoverageFigures? Newest, TimeSpan? Age, string? Failure)
{
    public IEnumerable<string> Lines()
    {
        if (this is { Newest: { } newest, Age: { } age })
        {
            yield return $"[{(newest.Unprotected == 0 ? '+' : '-')}]{Cluster} coverage, {Words.Duration(age)} ago: {newest.Standing}";
        }

        if (Failure is not null)
        {
            yield return Visible.Text($"[-]{Cluster} coverage could not be surveyed, retried: {Failure}");
        }
    }
}
