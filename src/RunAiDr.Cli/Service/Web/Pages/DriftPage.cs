using RunAiDr.Core.Comparison;
using RunAiDr.Core.Text;

namespace RunAiDr.Cli.Service.Web.Pages;

/// <summary>What waits for a review: dangers first, then by project what differs, in words and line by line.</summary>
internal static class DriftPage
{
    public static Html Write(DriftFacts facts, Links links) => facts switch
    {
        { Branch: null } =>
            $"<h1>Drift</h1><p>Nothing waits: without a review what changes in the cluster is committed as it is seen. <code>runai-dr drift</code> compares at once, also with an older restore point.</p>",
        { Summary: null } => $"<h1>Drift</h1><p>Nothing was observed yet; it will be on branch <code>{facts.Branch}</code>.</p>",
        { Groups: [] } => $"<h1>Drift: {Words.Mark(true, "none")}</h1><p>{Against(facts, links)} has what the cluster has.</p>",
        { Summary: { } summary } =>
            $"""
            <h1>Drift: {Words.Mark(false, Words.Count(summary.Added + summary.Missing + summary.Changed, "file waits", "files wait"))}</h1>
            <dl><dt>Departs from</dt><dd>{Against(facts, links)}</dd>
            <dt>In short</dt><dd>{summary.ToString()}</dd>
            <dt>Changed by</dt><dd>{(facts.Actors.Count == 0 ? "nobody known" : string.Join(", ", facts.Actors))}</dd>
            <dt>Waits on</dt><dd>branch <code>{facts.Branch}</code>; once merged it is the state of record</dd></dl>
            {Dangers(facts, summary)}
            {Html.Each(facts.Groups.Index(), group => Group(group.Index, group.Item, links))}
            {More(facts.More)}
            """,
    };

    private static Html Against(DriftFacts facts, Links links) => facts.RestorePoint switch
    {
        { } commit => $"""<a href="{links.RestorePoint(commit.Sha)}">restore point <code>{commit.Abbreviated}</code></a>""",
        null => $"the branch of record, which has nothing of the cluster yet,",
    };

    private static Html Dangers(DriftFacts facts, DriftSummary summary)
    {
        var left = summary.Dangers - facts.Dangers.Count;
        var more = left == 0 ? Html.None : Html.Of($"<li>and {left} more</li>");
        return summary.Dangers == 0
            ? Html.None
            : $"""
            <section aria-labelledby="dangers"><h2 id="dangers">Dangers</h2>
            <ul class="findings">{Html.Each(facts.Dangers, one => $"<li>{Words.Mark(false, "danger")} {one.Path}: {one.Danger}</li>")}{more}</ul></section>
            """;
    }

    private static Html Group(int number, DriftGroupFact group, Links links) =>
        $"""
        <section aria-labelledby="group-{number}"><h2 id="group-{number}">{group.Title}</h2>
        <ul class="differences">{Html.Each(group.Items, item => Item(item, links))}</ul></section>
        """;

    private static Html Item(DifferenceFact item, Links links)
    {
        var word = item.Kind switch
        {
            DifferenceKind.Added => "added",
            DifferenceKind.Missing => "deleted",
            _ => "changed",
        };
        var name = item.Kind == DifferenceKind.Added ? Html.Of($"{item.Path}") : $"""<a href="{links.Resource(item.Path)}">{item.Path}</a>""";
        return $"""
            <li><p><span class="kind">{word}</span> {name}</p>
            {Fields(item.Fields)}{Lines(item)}</li>
            """;
    }

    private static Html Fields(IReadOnlyList<string> fields) =>
        fields.Count == 0 ? Html.None : $"""<ul class="names">{Html.Each(fields, field => $"<li>{field}</li>")}</ul>""";

    private static Html Lines(DifferenceFact item) => item.Diff.Count == 0
        ? Html.None
        : $"""
        <details><summary>Line by line<span class="unseen"> {item.Path}</span></summary>
        <pre tabindex="0" role="region" aria-label="Lines of {item.Path}"><code>{string.Join('\n', item.Diff)}</code></pre></details>
        """;

    private static Html More(int more) => more == 0
        ? Html.None
        : $"<p>{Words.Mark(false, "more")} {Words.Count(more, "file", "files")} of this drift are not shown here: <code>runai-dr drift</code> and the branch have all.</p>";
}
