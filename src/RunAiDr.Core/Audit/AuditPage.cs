using RunAiDr.Core.Text;

namespace RunAiDr.Core.Audit;

/// <summary>The report as one HTML file that asks for nothing else: styles and charts are within, scripts there are none.</summary>
public static class AuditPage
{
    // Markup, not text: names of a cluster never come into it.
    private static readonly Html Style =
        $$"""
        :root { color-scheme: light dark; --ink: #1b1f24; --faint: #57606a; --line: #d0d7de; --bar: #0969da; --miss: #cf222e; --paper: #fff }
        @media screen and (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --faint: #9198a1; --line: #3d444d; --bar: #4493f8; --miss: #ff7b72; --paper: #0d1117 } }
        @media print { :root { color-scheme: light; --ink: #000; --faint: #444; --line: #999; --paper: #fff } main { max-width: none } main .scroll { overflow: visible } tr, figure { break-inside: avoid } h2 { break-after: avoid } }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
        main { max-width: 60rem; margin: 0 auto; padding: 1rem }
        .scroll { overflow-x: auto }
        table { border-collapse: collapse; width: 100%; margin-bottom: 1rem }
        caption { text-align: left; font-weight: 600; padding: .25rem 0 }
        th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line) }
        th { color: var(--faint); font-weight: 600; white-space: nowrap }
        figure { margin: 0 0 1rem } figcaption { font-weight: 600 } svg { width: 100%; height: auto }
        .legend { display: block; font-weight: 400; color: var(--faint) } .legend > span { margin-right: 1rem; white-space: nowrap } .legend svg { width: 24px; height: 12px }
        .bar { fill: var(--bar) } .age { fill: none; stroke: var(--bar); stroke-width: 2 } .axis { stroke: var(--line) }
        .most { stroke: var(--miss); stroke-dasharray: 6 4 } .missed { fill: var(--miss); opacity: .25 } text { fill: var(--faint); font-size: 12px }
        @media screen and (max-width: 40rem) { text { font-size: 22px } table { width: max-content; min-width: 100% } td { max-width: 18rem; overflow-wrap: anywhere } }
        """;

    public static string Of(AuditReport report)
    {
        var title = AuditContent.Title(report);
        Html page = $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>{title}</title>
            <style>
            {Style}
            </style>
            </head>
            <body>
            <main>
            <h1>{title}</h1>
            {Html.Each(AuditContent.Of(report), Block)}</main>
            </body>
            </html>

            """;
        return page.ToString();
    }

    private static Html Block(AuditBlock block) => block switch
    {
        AuditHeading heading => Html.Of($"<h2>{heading.Text}</h2>\n"),
        AuditText text => Html.Of($"<p>{text.Text}</p>\n"),
        AuditDaysChart days => Figure("Changes on each day", Html.None, AuditChart.Of(days)),
        AuditAgeChart age => Figure(AuditChart.TitleOf(age), AuditChart.LegendOf(age), AuditChart.Of(age)),
        AuditTable table => Table(table),
        _ => throw new InvalidOperationException($"Nothing shows a {block.GetType().Name}."),
    };

    private static Html Figure(string title, Html legend, Html chart) => $"<figure>\n<figcaption>{title}{legend}</figcaption>\n{chart}</figure>\n";

    private static Html Table(AuditTable table) =>
        $"""
        <div class="scroll" role="region" tabindex="0" aria-label="{table.Caption}"><table>
        <caption>{table.Caption}</caption>
        <thead><tr>{Html.Each(table.Header, cell => $"""<th scope="col">{cell}</th>""")}</tr></thead>
        <tbody>
        {Html.Each(table.Rows, row => $"<tr>{Html.Each(row, cell => $"<td>{cell}</td>")}</tr>\n")}</tbody></table></div>

        """;
}
