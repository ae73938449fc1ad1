using RunAiDr.Core.Coverage;
using RunAiDr.Core.Resources;
using RunAiDr.Core.State;

namespace RunAiDr.Cli.Service.Web.Pages;

/// <summary>What the newest survey of a cluster found.</summary>
/// <param name="Cluster">Its name.</param>
/// <param name="Standing">In words.</param>
/// <param name="SurveyedAt">When; null when this process has not surveyed it, and then there is nothing else.</param>
/// <param name="RestorePoint">What has to hold it.</param>
/// <param name="Unprotected">Number of resources that nothing protects.</param>
/// <param name="Gaps">The first of them.</param>
/// <param name="Reasons">Number of resources by reason, those to look at first.</param>
/// <param name="Unknown">Kinds that could not be listed.</param>
/// <param name="Failure">Why the last attempt failed.</param>
internal sealed record CoverageFacts(
    string Cluster,
    string Standing,
    DateTimeOffset? SurveyedAt,
    CommitId? RestorePoint,
    int Unprotected,
    IReadOnlyList<GapFact> Gaps,
    IReadOnlyList<ReasonFact> Reasons,
    IReadOnlyList<UnlistedKind> Unknown,
    string? Failure)
{
    private const string NotYet = "not surveyed by this process: it is after the first full export, and then every hour";

    public static CoverageFacts Of(ServiceStatus status, string cluster) => status.Coverages switch
    {
        [{ Newest: { } newest, Failure: var failure }] => new CoverageFacts(
            cluster,
            newest.Standing,
            newest.SurveyedAt,
            newest.RestorePoint,
            newest.Unprotected,
            [.. newest.Gaps.Select(gap => new GapFact(gap.Key, gap.Project, gap.Reason.Word(), gap.Detail.Length > 0 ? gap.Detail : gap.Reason.Meaning()))],
            [.. newest.Counts.GroupBy(count => count.Reason).Select(ReasonFact.Of)],
            newest.Unknown,
            failure),
        [{ Failure: var failure }] => new CoverageFacts(cluster, NotYet, null, null, 0, [], [], [], failure),
        _ => new CoverageFacts(cluster, NotYet, null, null, 0, [], [], [], null),
    };
}

/// <param name="Key">Which resource.</param>
/// <param name="Project">Of its namespace; null where that is none of a project.</param>
/// <param name="Reason">As <c>coverage --show</c> takes it.</param>
/// <param name="Why">In words.</param>
internal sealed record GapFact(ResourceKey Key, string? Project, string Reason, string Why);

/// <param name="Reason">As <c>coverage --show</c> takes it.</param>
/// <param name="Meaning">In words.</param>
/// <param name="Resources">How many.</param>
/// <param name="Kinds">How many of each kind.</param>
internal sealed record ReasonFact(string Reason, string Meaning, int Resources, IReadOnlyList<CountFact> Kinds)
{
    public static ReasonFact Of(IGrouping<CoverageReason, CoverageCount> group) => new(
        group.Key.Word(), group.Key.Meaning(), group.Sum(count => count.Resources), [.. group.Select(count => new CountFact(count.Kind, count.Resources))]);
}
