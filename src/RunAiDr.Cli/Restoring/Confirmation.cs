using RunAiDr.Core;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cli.Restoring;

/// <summary>Asks whether this is the cluster that is meant, before anything is written to it.</summary>
internal static class Confirmation
{
    private const int DangersShown = 3;

    /// <exception cref="RunAiDrException">Nobody is there to answer, or the answer is no.</exception>
    public static void Ask(Invocation invocation, RehydrationPlan plan, Uri server)
    {
        var target = $"{server}{(Context(invocation) is { } context ? $" (context {context})" : "")}";
        if (invocation.Process.Ask is not { } ask)
        {
            throw new RunAiDrException(
                Fault.NeedsOperator, $"Nobody can confirm that {target} is to be restored into.", "Say --yes, or run it on a terminal. Nothing was written.");
        }

        var question = $"Restore {plan.Id.Abbreviated} of {plan.RestorePoint.Info?.Cluster}, {PlanText.Age(plan.Age)} old, into {target}? [y/N] ";
        var answer = ask(string.Join('\n', Dangers(plan).Append(question).Select(Visible.Text)), false);
        if (answer?.Trim() is not ("y" or "Y" or "yes"))
        {
            throw new RunAiDrException(Fault.NeedsOperator, "Not confirmed.", "Nothing was written.");
        }
    }

    private static IEnumerable<string> Dangers(RehydrationPlan plan) => plan.Dangers.Count == 0
        ? []
        : [
            $"The restore point holds {plan.Dangers.Count} dangers; `runai-dr plan` shows each, these are the worst:",
            .. plan.Dangers.Take(DangersShown).Select(danger => $"  {danger.Finding}"),
        ];

    private static string? Context(Invocation invocation) => invocation.TargetContext ?? invocation.Get(invocation.Globals.Context);
}
