using System.Text;

namespace RunAiDr.Core.Runbook;

/// <summary>
/// The file <c>RUNBOOK.md</c>: how to bring this very installation back, for somebody who is woken at night. It follows
/// from the other files of the export alone, so it holds no time, no commit and no secret.
/// </summary>
public static class RunbookPage
{
    public const string Path = "RUNBOOK.md";

    internal static byte[] Of(RunbookFacts facts) => Encoding.UTF8.GetBytes(Text(facts));

    internal static string Text(RunbookFacts facts)
    {
        IEnumerable<string> lines =
        [
            .. InstallationSection.Lines(facts),
            .. PreparationSection.Lines(facts),
            .. ChartSection.Lines(facts),
            .. SecretSection.Lines(facts),
            .. RestoreSection.Lines(facts),
            .. AfterSection.Lines(facts),
        ];
        return string.Join('\n', lines).TrimEnd('\n') + "\n";
    }
}
