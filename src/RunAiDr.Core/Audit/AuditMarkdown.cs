using RunAiDr.Core.Runbook;

namespace RunAiDr.Core.Audit;

/// <summary>The report as Markdown. Charts are left out: the tables say the same.</summary>
public static class AuditMarkdown
{
    public static string Of(AuditReport report) =>
        string.Join('\n', [$"# {Markdown.Text(AuditContent.Title(report))}", "", .. AuditContent.Of(report).SelectMany(Lines)]);

    private static IEnumerable<string> Lines(AuditBlock block) => block switch
    {
        AuditHeading heading => [$"## {Markdown.Text(heading.Text)}", ""],
        AuditText text => [Markdown.Text(text.Text), ""],
        AuditTable table => Markdown.Table(
            [.. table.Header.Select(Markdown.Text)], table.Rows.Select(row => (string[])[.. row.Select(cell => cell.Length == 0 ? "" : Markdown.Text(cell))])),
        _ => [],
    };
}
