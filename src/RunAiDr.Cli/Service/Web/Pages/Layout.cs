using RunAiDr.Core.Text;

namespace RunAiDr.Cli.Service.Web.Pages;

/// <summary>What every page has around its content.</summary>
/// <param name="Links">Where the other pages are.</param>
/// <param name="Version">Of the state shown: the script reloads the content when there is another.</param>
/// <param name="Now">When it was made.</param>
internal sealed record Layout(Links Links, string Version, DateTimeOffset Now)
{
    public Html Page(string title, string? subject, Html content) =>
        $"""
        <!doctype html>
        <html lang="en">
        <head>
        {Head($"{(subject is null ? "" : $"{subject} – ")}{title} – {Links.Cluster}")}
        <script src="/assets/dashboard.js" defer></script>
        </head>
        <body>
        <a class="skip" href="#content">To the content</a>
        <header>
        <p class="brand">RunAiDr <span class="quiet">{Links.Cluster}</span></p>
        <nav aria-label="Pages"><ul>
        {Item("Status", Links.Status, title)}
        {Item("Drift", Links.Drift, title)}
        {Item("History", Links.History(), title)}
        {Item("Checkpoints", Links.Checkpoints, title)}
        {Item("Coverage", Links.Coverage, title)}
        </ul></nav>
        {Others()}
        </header>
        <main id="content" tabindex="-1" data-version="{Version}">
        {content}
        <p class="quiet stamp">As of {Words.Time(Now)}</p>
        </main>
        <footer><p class="quiet">Read only. Restores are made with <code>runai-dr rehydrate</code>.</p><p class="quiet" role="status" id="live"></p></footer>
        </body>
        </html>

        """;

    /// <summary>What the head of every page has; a refusal has no more.</summary>
    public static Html Head(string title) =>
        $"""
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>{title} – RunAiDr</title>
        <link rel="icon" href="data:,">
        <link rel="stylesheet" href="/assets/dashboard.css">
        """;

    private static Html Item(string name, string address, string title) => (name == title) switch
    {
        true => $"""<li><a href="{address}" aria-current="page">{name}</a></li>""",
        false => $"""<li><a href="{address}">{name}</a></li>""",
    };

    private Html Others()
    {
        if (Links.Clusters.Count < 2)
        {
            return Html.None;
        }

        return $"""<nav aria-label="Clusters"><ul>{Html.Each(Links.Clusters, Other)}</ul></nav>""";
    }

    private Html Other(string name)
    {
        var address = (Links with { Cluster = name }).Status;
        return (name == Links.Cluster) switch
        {
            true => $"""<li><a href="{address}" aria-current="true">{name}</a></li>""",
            false => $"""<li><a href="{address}">{name}</a></li>""",
        };
    }
}
