using RunAiDr.Core.Runbook;

namespace RunAiDr.Core.Audit;

/// <summary>The report as Markdown. Charts are left out: the tables say the same.</summary>
public static class AuditMarkdown
{
    public static IEnumerable<string> Of(AuditReport report) =>
        [$"# {Markdown.Text(AuditContent.Title(report))}", "", .. AuditContent.Of(report).SelectMany(Lines)];

    private static IEnumerable<string> Lines(AuditBlock block) => block switch
    {
        AuditHeading heading => [$"## {Markdown.Text(heading.Text)}", ""],
        AuditText text => [Markdown.Text(text.Text), ""],
        AuditTable table =>
        [
            $"**{Markdown.Text(table.Caption)}**",
            "",
            .. Markdown.Table(table.Header, table.Rows.Select(row => (string[])[.. row.Select(Markdown.Text)])),
        ],
        _ => [],
    };
}
