using RunAiDr.Core.Audit;

namespace RunAiDr.Cli.Output;

/// <summary>An audit report for a terminal. Charts are left out: the tables say the same.</summary>
internal static class AuditLines
{
    public static IEnumerable<string> Of(AuditReport report) =>
        [AuditContent.Title(report), "", .. AuditContent.Of(report).SelectMany(Lines)];

    private static IEnumerable<string> Lines(AuditBlock block) => block switch
    {
        AuditHeading heading => [heading.Text.ToUpperInvariant(), ""],
        AuditText text => [text.Text, ""],
        AuditTable table => [$"{table.Caption}:", .. new Table(table.Header, table.Rows).Text().Select(line => $"  {line}"), ""],
        _ => [],
    };
}
