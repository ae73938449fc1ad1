using System.Buffers;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cli.Output;

/// <summary>Rows of one shape, which hold what people and clusters wrote.</summary>
internal sealed record Table(string[] Header, IEnumerable<string[]> Rows)
{
    private const int WidestCell = 60;

    private static readonly SearchValues<char> Quoted = SearchValues.Create("\",\r\n");

    /// <summary>Columns for a terminal; cells that are too wide are cut.</summary>
    public IEnumerable<string> Text()
    {
        var rows = Rows.Prepend(Header).Select(row => row.Select(Cut).ToArray()).ToList();
        var widths = Header.Select((_, column) => rows.Max(row => row[column].Length)).ToArray();
        return rows.Select(row => string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
    }

    /// <summary>As RFC 4180 has it. No cell is a formula to a spreadsheet: such get an apostrophe in front.</summary>
    public IEnumerable<string> Csv() => Rows.Prepend(Header).Select(row => string.Join(',', row.Select(Cell)));

    public IEnumerable<string> Markdown() => Core.Runbook.Markdown.Table(Header, Rows.Select(row => row.Select(Core.Runbook.Markdown.Text).ToArray()));

    private static string Cut(string cell)
    {
        var shown = Visible.Text(cell);
        return shown.Length <= WidestCell ? shown : shown[..(char.IsHighSurrogate(shown[WidestCell - 2]) ? WidestCell - 2 : WidestCell - 1)] + "…";
    }

    private static string Cell(string text)
    {
        var shown = Visible.Text(text);
        var harmless = shown is ['=' or '+' or '-' or '@', ..] ? "'" + shown : shown;
        return harmless.AsSpan().IndexOfAny(Quoted) < 0 ? harmless : $"\"{harmless.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
