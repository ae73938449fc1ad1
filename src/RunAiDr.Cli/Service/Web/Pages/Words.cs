using System.Globalization;
using RunAiDr.Core.Checkpoints;
using RunAiDr.Core.State;
using RunAiDr.Core.Text;

namespace RunAiDr.Cli.Service.Web.Pages;

/// <summary>What several pages write in the same way.</summary>
internal static class Words
{
    private const int MostPaths = 6;
    private const int MostDangers = 3;

    public static Html Time(DateTimeOffset time) =>
        $"""<time datetime="{time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}">{CheckpointSummary.Time(time)}</time>""";

    public static string Duration(TimeSpan time) => time switch
    {
        { TotalDays: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays:0.#} days"),
        { TotalHours: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0.#} h"),
        { TotalMinutes: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s"),
    };

    public static string Count(int count, string one, string many) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? one : many)}");

    /// <summary>The state in a word, which a colour repeats.</summary>
    public static Html Mark(bool isGood, string word)
    {
        var look = isGood ? "good" : "bad";
        return $"""<strong class="mark {look}">{word}</strong>""";
    }

    /// <summary>A table that scrolls within the page where it is too wide for it.</summary>
    public static Html Table(string caption, IEnumerable<string> columns, Html rows) =>
        $"""
        <div class="table" role="region" tabindex="0" aria-label="{caption}"><table><caption>{caption}</caption>
        <thead><tr>{Html.Each(columns, column => $"""<th scope="col">{column}</th>""")}</tr></thead>
        <tbody>{rows}</tbody></table></div>
        """;

    /// <summary>Commits, the newest first.</summary>
    public static Html Timeline(IEnumerable<TimelineEntry> entries, Links links) =>
        $"""<ol class="timeline">{Html.Each(entries, entry => Entry(entry, links))}</ol>""";

    private static Html Entry(TimelineEntry entry, Links links)
    {
        var actors = entry.Actors.Count == 0 ? Html.None : Html.Of($"""<p class="quiet">by {string.Join(", ", entry.Actors)}</p>""");
        var more = entry.Changes.Count > MostPaths
            ? Html.Of($"""<li class="quiet">and {Count(entry.Changes.Count - MostPaths, "more file", "more files")}</li>""") : Html.None;
        return $"""
            <li><p>{Time(entry.At)} <a href="{links.RestorePoint(entry.Commit.Sha)}"><code>{entry.Commit.Abbreviated}</code><span class="unseen"> restore point</span></a></p>
            <p class="subject">{entry.Subject}</p>{Dangers(entry, links)}{actors}
            <ul class="changes">{Html.Each(entry.Changes.Take(MostPaths), change => Change(change, links))}{more}</ul></li>
            """;
    }

    private static Html Dangers(TimelineEntry entry, Links links)
    {
        var all = links.RestorePoint(entry.Commit.Sha) + RestorePointPage.DangersAnchor;
        return entry.Dangers switch
        {
            null => $"""<p class="quiet">It changed too much to be looked through here: <a href="{all}">its dangers</a></p>""",
            [] => Html.None,
            { Count: > MostDangers } many => $"""{Html.Each(many.Take(MostDangers), Danger)}<p><a href="{all}">all {many.Count} dangers</a></p>""",
            var few => Html.Each(few, Danger),
        };
    }

    private static Html Danger(DangerFact found) => $"<p>{Mark(false, "danger")} {found.Path}: {found.Danger}</p>";

    private static Html Change(StateChange change, Links links)
    {
        var word = change.Kind switch
        {
            StateChangeKind.Added => "added",
            StateChangeKind.Deleted => "deleted",
            _ => "changed",
        };
        return $"""<li><span class="kind">{word}</span> <a href="{links.Resource(change.Path)}">{change.Path}</a></li>""";
    }
}
