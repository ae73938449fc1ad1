using System.Text;
using System.Text.Encodings.Web;
using RunAiDr.Core.Resources;

namespace RunAiDr.Core.Audit;

/// <summary>The report as one HTML file that asks for nothing else: styles and charts are within, scripts there are none.</summary>
public static class AuditPage
{
    private const string Style = """
        :root { color-scheme: light dark; --ink: #1b1f24; --faint: #57606a; --line: #d0d7de; --bar: #0969da; --miss: #cf222e; --paper: #fff }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --faint: #9198a1; --line: #3d444d; --bar: #4493f8; --miss: #ff7b72; --paper: #0d1117 } }
        @media print { :root { color-scheme: light; --ink: #000; --faint: #444; --line: #999; --paper: #fff } main { max-width: none } tr, figure { break-inside: avoid } h2 { break-after: avoid } }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
        main { max-width: 60rem; margin: 0 auto; padding: 1rem }
        .scroll { overflow-x: auto }
        table { border-collapse: collapse; width: 100%; margin-bottom: 1rem }
        caption { text-align: left; font-weight: 600; padding: .25rem 0 }
        th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere }
        th { color: var(--faint); font-weight: 600 }
        figure { margin: 0 0 1rem } figcaption { font-weight: 600 } svg { width: 100%; height: auto }
        .bar { fill: var(--bar) } .age { fill: none; stroke: var(--bar); stroke-width: 2 } .axis { stroke: var(--line) }
        .most { stroke: var(--miss); stroke-dasharray: 6 4 } .missed { fill: var(--miss); opacity: .25 } text { fill: var(--faint); font-size: 12px }
        """;

    public static string Of(AuditReport report)
    {
        var page = new StringBuilder();
        var title = Text(AuditContent.Title(report));
        page.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n");
        page.Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n");
        page.Append($"<title>{title}</title>\n<style>\n{Style}\n</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n");
        foreach (var block in AuditContent.Of(report))
        {
            Append(page, block);
        }

        return page.Append("</main>\n</body>\n</html>\n").ToString();
    }

    internal static string Text(string text) => HtmlEncoder.Default.Encode(Visible.Text(text));

    private static void Append(StringBuilder page, AuditBlock block) => _ = block switch
    {
        AuditHeading heading => page.Append($"<h2>{Text(heading.Text)}</h2>\n"),
        AuditText text => page.Append($"<p>{Text(text.Text)}</p>\n"),
        AuditDaysChart days => AppendFigure(page, "Changes on each day", AuditChart.Of(days)),
        AuditAgeChart age => AppendFigure(page, AuditChart.TitleOf(age), AuditChart.Of(age)),
        AuditTable table => AppendTable(page, table),
        _ => throw new InvalidOperationException($"Nothing shows a {block.GetType().Name}."),
    };

    private static StringBuilder AppendFigure(StringBuilder page, string title, string svg) =>
        page.Append($"<figure>\n<figcaption>{Text(title)}</figcaption>\n{svg}</figure>\n");

    private static StringBuilder AppendTable(StringBuilder page, AuditTable table)
    {
        page.Append($"<div class=\"scroll\"><table>\n<caption>{Text(table.Caption)}</caption>\n<thead><tr>");
        page.Append(string.Concat(table.Header.Select(cell => $"<th scope=\"col\">{Text(cell)}</th>")));
        page.Append("</tr></thead>\n<tbody>\n");
        foreach (var row in table.Rows)
        {
            page.Append($"<tr>{string.Concat(row.Select(cell => $"<td>{Text(cell)}</td>"))}</tr>\n");
        }

        return page.Append("</tbody></table></div>\n");
    }
}
