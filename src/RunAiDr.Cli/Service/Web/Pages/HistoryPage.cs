using RunAiDr.Core.State;
using RunAiDr.Core.Text;

namespace RunAiDr.Cli.Service.Web.Pages;

/// <summary>The commits of a cluster, of one of its projects, page by page.</summary>
internal static class HistoryPage
{
    public const int EntriesPerPage = 50;

    public static Html Write(HistoryFacts facts, Links links)
    {
        var older = facts.Next is { } next ? Html.Of($"""<p><a rel="next" href="{links.History(facts.Project, next.Sha)}">Older changes</a></p>""") : Html.None;
        var timeline = facts.Entries.Count == 0 ? Html.Of($"<p>Nothing has changed.</p>") : Words.Timeline(facts.Entries, links);
        return $"""
            <h1>History{(facts.Project is { } project ? $" of project {project}" : "")}{(facts.From is { } from ? $" back from {from.Abbreviated}" : "")}</h1>
            <form method="get" action="{links.History()}" role="search" aria-label="Filter">
            <label for="project">Project or namespace</label>
            <input id="project" name="project" value="{facts.Project}" autocomplete="off" maxlength="253"> <button>Show</button>
            </form>
            {timeline}{older}
            """;
    }
}

/// <param name="Project">Whose changes; null for all.</param>
/// <param name="Entries">The newest first.</param>
/// <param name="Next">Where the next page begins.</param>
internal sealed record HistoryFacts(string? Project, IReadOnlyList<TimelineEntry> Entries, CommitId? Next)
{
    /// <summary>Where it begins; null at the newest.</summary>
    public CommitId? From { get; init; }
}
