using RunAiDr.Core.State;
using RunAiDr.Core.Text;

namespace RunAiDr.Cli.Service.Web.Pages;

/// <summary>The checkpoints of a cluster, the newest first.</summary>
internal static class CheckpointsPage
{
    public static Html Write(IReadOnlyList<CheckpointFact> checkpoints, Links links, DateTimeOffset now)
    {
        if (checkpoints.Count == 0)
        {
            return $"<h1>Checkpoints</h1><p>There is none yet. <code>runai-dr checkpoint</code> makes one, and so does <code>checkpoints.schedule</code>.</p>";
        }

        var rows = Html.Each(checkpoints, checkpoint =>
            $"""
            <tr><th scope="row"><a href="{links.RestorePoint(checkpoint.Name)}">{checkpoint.Name}</a></th><td>{Words.Mark(!checkpoint.Partial, checkpoint.Partial ? "partial" : "complete")}</td>
            <td>{Words.Duration(now - checkpoint.TakenAt)}</td><td>{Words.Time(checkpoint.TakenAt)}</td>
            <td>{string.Join(", ", checkpoint.Components)}</td><td>{checkpoint.Defect}</td></tr>
            """);
        return $"<h1>Checkpoints</h1>{Words.Table(Words.Count(checkpoints.Count, "checkpoint", "checkpoints"), ["Name", "Whole", "Age", "Made", "Data", "What is wrong"], rows)}";
    }
}

/// <param name="Name">Of its tag, without the prefix.</param>
/// <param name="Commit">The restore point.</param>
/// <param name="TakenAt">When it was tagged.</param>
/// <param name="Partial">Whether something that was wanted is missing.</param>
/// <param name="Components">Whose data it has.</param>
/// <param name="Defect">Why the references cannot be read, or were not made.</param>
internal sealed record CheckpointFact(string Name, CommitId Commit, DateTimeOffset TakenAt, bool Partial, IReadOnlyList<string> Components, string? Defect);
