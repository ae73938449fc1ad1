using RunAiDr.Core.Resources;
using RunAiDr.Core.Secrets;

namespace RunAiDr.Cli.Output;

/// <summary>Why values are secrets, as a table of document, path, decision and reason.</summary>
internal static class SecretDecisionText
{
    public static IEnumerable<string> Lines(IReadOnlyList<SecretDecision> decisions)
    {
        var rows = decisions.Select(decision => new[]
        {
            Visible.Text(decision.Document), Visible.Text(decision.Path), Word(decision.Verdict), Visible.Text(decision.Reason),
        }).Prepend(["document", "path", "decision", "reason"]).ToList();
        var widths = Enumerable.Range(0, 3).Select(column => rows.Max(row => row[column].Length)).ToList();
        foreach (var row in rows)
        {
            var cells = row.Select((cell, column) => column < widths.Count ? cell.PadRight(widths[column]) : cell);
            yield return string.Join("  ", cells);
        }

        var counts = Enum.GetValues<SecretVerdict>()
            .Select(verdict => $"{decisions.Count(decision => decision.Verdict == verdict)} {Word(verdict)}");
        yield return string.Join(", ", counts);
    }

    private static string Word(SecretVerdict verdict) => verdict.ToString().ToLowerInvariant();
}
