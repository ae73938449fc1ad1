using RunAiDr.Core.Text;

namespace RunAiDr.Cli.Service.Web.Pages;

/// <summary>One file of the restore point as it is now, and who changed it when.</summary>
internal static class ResourcePage
{
    public const int EntriesShown = 20;

    public static Html Write(ResourceFacts facts, Links links)
    {
        Html content = facts.Content switch
        {
            { } text => $"""<pre tabindex="0" role="region" aria-label="Content"><code>{text}</code></pre>""",
            null => $"<p>{facts.Absence}</p>",
        };
        var history = facts.History.Count == 0 ? Html.Of($"<p>Nothing is known.</p>") : Words.Timeline(facts.History, links);
        return $"""
            <h1 class="path">{facts.Path}</h1>
            <section aria-labelledby="now"><h2 id="now">Now</h2>{content}</section>
            <section aria-labelledby="changes"><h2 id="changes">History</h2>{history}
            <p class="quiet">All of it: <code>runai-dr history {facts.Path}</code></p></section>
            """;
    }
}

/// <param name="Path">Within the folder of the cluster.</param>
/// <param name="Content">Its text, with placeholders for secrets; null when there is none to show.</param>
/// <param name="Absence">Why there is none.</param>
/// <param name="History">The newest changes.</param>
internal sealed record ResourceFacts(string Path, string? Content, string? Absence, IReadOnlyList<TimelineEntry> History);
