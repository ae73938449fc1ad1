using RunAiDr.Core.Coverage;
using RunAiDr.Core.Text;

namespace RunAiDr.Cli.Service.Web.Pages;

/// <summary>What of a cluster nothing protects, and why that is so of the rest.</summary>
internal static class CoveragePage
{
    public static Html Write(CoverageFacts facts, Links links, DateTimeOffset now) =>
        $"""
        <h1>Coverage of {facts.Cluster}{Verdict(facts)}</h1>
        {Failure(facts)}
        {Found(facts, links, now)}
        """;

    private static Html Verdict(CoverageFacts facts) => facts switch
    {
        { SurveyedAt: null } => Html.None,
        { Unprotected: 0, Unknown.Count: 0 } => $": {Words.Mark(true, "all protected or explained")}",
        { Unprotected: 0 } => $": {Words.Mark(true, "all that can be listed is protected or explained")}",
        _ => $": {Words.Mark(false, $"nothing protects {Words.Count(facts.Unprotected, "resource", "resources")}")}",
    };

    private static Html Failure(CoverageFacts facts) => facts.Failure switch
    {
        null => Html.None,
        { } failure => $"<p>{Words.Mark(false, "look")} The last survey failed, and is tried again: {failure}</p>",
    };

    private static Html Found(CoverageFacts facts, Links links, DateTimeOffset now) => facts switch
    {
        { SurveyedAt: { } at, RestorePoint: { } restorePoint } =>
            $"""
            <dl><dt>Surveyed</dt><dd>{Words.Duration(now - at)} ago, {Words.Time(at)}</dd>
            <dt>Held against</dt><dd><a href="{links.RestorePoint(restorePoint.Sha)}">restore point <code>{restorePoint.Abbreviated}</code></a></dd>
            <dt>Found</dt><dd>{facts.Standing}</dd></dl>
            <section aria-labelledby="gaps"><h2 id="gaps">What nothing protects</h2>{Gaps(facts)}</section>
            {Unknown(facts.Unknown)}
            <section aria-labelledby="reasons"><h2 id="reasons">Everything by reason</h2>
            {Words.Table("Resources by reason", ["Reason", "Resources", "Meaning", "Kinds"], Html.Each(facts.Reasons, Reason))}
            <p class="quiet"><code>runai-dr coverage --show &lt;reason&gt;</code> names the resources, <code>--all</code> every one.</p></section>
            """,
        _ => $"<p>It is {facts.Standing}.</p>",
    };

    private static Html Gaps(CoverageFacts facts)
    {
        if (facts.Unprotected == 0)
        {
            return $"<p>Nothing that was listed.</p>";
        }

        var more = facts.Unprotected - facts.Gaps.Count;
        var rest = more == 0 ? Html.None : Html.Of($"<p>And {Words.Count(more, "resource", "resources")} more: <code>runai-dr coverage</code> names them.</p>");
        var table = Words.Table(
            Words.Count(facts.Unprotected, "resource", "resources"),
            ["Resource", "Project", "Reason", "Why"],
            Html.Each(facts.Gaps, Row));
        return $"{table}{rest}<p>What is unexplained needs a rule in the scope that takes or omits it; what is not saved, an export or a checkpoint.</p>";
    }

    private static Html Unknown(IReadOnlyList<UnlistedKind> kinds) => kinds.Count switch
    {
        0 => Html.None,
        _ =>
            $"""
            <section aria-labelledby="unknown"><h2 id="unknown">Kinds that could not be listed</h2>
            <p>The service may list what it exports. Whoever has the role of <code>templates/deploy/coverage</code> sees the rest with
            <code>runai-dr coverage</code>; bind that role to the service to see it here, and the service can read everything.</p>
            {Words.Table(Words.Count(kinds.Count, "kind", "kinds"), ["Kind", "Why"], Html.Each(kinds, Row))}</section>
            """,
    };

    private static Html Row(UnlistedKind kind) => $"""<tr><th scope="row"><code>{kind.Kind}</code></th><td>{kind.Why}</td></tr>""";

    private static Html Row(GapFact gap) =>
        $"""<tr><th scope="row"><code>{gap.Key.ToString()}</code></th><td>{gap.Project}</td><td>{gap.Reason}</td><td>{gap.Why}</td></tr>""";

    private static Html Reason(ReasonFact reason) =>
        $"""
        <tr><th scope="row">{reason.Reason}</th><td class="number">{reason.Resources}</td><td>{reason.Meaning}</td>
        <td>{string.Join(", ", reason.Kinds.Select(kind => $"{kind.Name} {kind.Count}"))}</td></tr>
        """;
}
