using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Rehydration.Parts;

namespace RunAiDr.Data.Dumps.Restoring;

/// <summary>What became of one database.</summary>
internal sealed record DatabaseOutcome(string Name, ApplyAction Action, string Reason);

/// <summary>Makes one outcome of those of all databases. Each is named in it.</summary>
internal static class RestoreSummary
{
    // The first of them that there is tells of the whole.
    private static readonly ApplyAction[] Weight =
        [ApplyAction.Failed, ApplyAction.Conflict, ApplyAction.Configured, ApplyAction.Created];

    public static PartOutcome Of(IReadOnlyList<DatabaseOutcome> outcomes, IReadOnlyList<string> details, bool rolesChanged)
    {
        var action = Weight.Cast<ApplyAction?>().FirstOrDefault(action => outcomes.Any(outcome => outcome.Action == action))
            ?? (rolesChanged ? ApplyAction.Configured : ApplyAction.Unchanged);
        return new PartOutcome(action, string.Join("; ", outcomes.Select(outcome => $"{outcome.Name}: {outcome.Reason.TrimEnd('.')}")))
        {
            Details = details,
        };
    }
}
