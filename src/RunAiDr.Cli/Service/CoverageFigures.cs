using RunAiDr.Cli.Service.Web.Pages;
using RunAiDr.Core.Coverage;
using RunAiDr.Core.State;

namespace RunAiDr.Cli.Service;

/// <summary>What a survey found, without the names of what is protected or explained.</summary>
/// <param name="RestorePoint">What has to hold it.</param>
/// <param name="SurveyedAt">When.</param>
/// <param name="Counts">Reason and kind → number of resources; reasons to look at first.</param>
/// <param name="Gaps">What nothing protects, the first of them.</param>
/// <param name="Unknown">Kinds that could not be listed.</param>
internal sealed record CoverageFigures(
    CommitId RestorePoint,
    DateTimeOffset SurveyedAt,
    IReadOnlyList<CoverageCount> Counts,
    IReadOnlyList<CoverageItem> Gaps,
    IReadOnlyList<UnlistedKind> Unknown)
{
    // A page and the memory for it stay small; `coverage` tells them all.
    private const int MostGaps = 200;

    public int Resources => Counts.Sum(count => count.Resources);

    public int Unprotected => Counts.Where(count => count.Reason.IsGap()).Sum(count => count.Resources);

    /// <summary>In words.</summary>
    public string Standing
    {
        get
        {
            var unknown = Unknown.Count == 0 ? "" : $"; {Words.Count(Unknown.Count, "kind", "kinds")} could not be listed";
            return Unprotected == 0
                ? $"{Words.Count(Resources, "resource", "resources")} of {Words.Count(Kinds, "kind", "kinds")}, all protected or explained{unknown}"
                : $"nothing protects {Words.Count(Unprotected, "resource", "resources")} of {Resources}{unknown}";
        }
    }

    private int Kinds => Counts.Select(count => count.Kind).Distinct(StringComparer.Ordinal).Count();

    public static CoverageFigures Of(CoverageReport report, DateTimeOffset surveyedAt) => new(
        report.RestorePoint,
        surveyedAt,
        [
            .. report.Items.GroupBy(item => (item.Reason, Kind: item.Key.QualifiedName))
                .Select(group => new CoverageCount(group.Key.Reason, group.Key.Kind, group.Count()))
                .OrderBy(count => count.Reason).ThenBy(count => count.Kind, StringComparer.Ordinal),
        ],
        [.. report.Items.Where(item => item.Reason.IsGap()).Take(MostGaps)],
        report.Unknown);
}

/// <summary>How many resources of a kind have a reason.</summary>
internal sealed record CoverageCount(CoverageReason Reason, string Kind, int Resources);
