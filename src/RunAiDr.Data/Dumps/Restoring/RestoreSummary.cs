using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Data.Dumps.Restoring;

/// <summary>What became of one database.</summary>
internal sealed record DatabaseOutcome(string Name, ApplyAction Action, string Reason);

/// <summary>What became of the roles.</summary>
/// <param name="Restored">Whether it was tried.</param>
/// <param name="Left">Those that are missing or have other rights than saved.</param>
/// <param name="Before">How many there had been of them.</param>
internal sealed record RoleOutcome(bool Restored, IReadOnlyList<FingerprintDifference> Left, int Before)
{
    private const string Advice = "Make these roles as they were saved as a superuser, or restore again as a role that may.";

    public bool Failed => Restored && Left.Count > 0;

    public bool Changed => Restored && Left.Count < Before;

    public string Names => string.Join(", ", Left.Select(difference => difference.What));

    public IEnumerable<string> Details => Left.Count == 0 ? [] : Left.Select(RestoredContent.Line).Append(Advice);
}

/// <summary>Makes one outcome of the roles and of all databases. Each database is named in it.</summary>
internal static class RestoreSummary
{
    // The first of them that there is tells of the whole.
    private static readonly ApplyAction[] Weight =
        [ApplyAction.Failed, ApplyAction.Conflict, ApplyAction.Configured, ApplyAction.Created];

    public static PartOutcome Of(IReadOnlyList<DatabaseOutcome> outcomes, IReadOnlyList<string> details, RoleOutcome roles)
    {
        var action = Weight.Cast<ApplyAction?>().FirstOrDefault(action => outcomes.Any(outcome => outcome.Action == action))
            ?? (roles.Changed ? ApplyAction.Configured : ApplyAction.Unchanged);
        var reasons = outcomes.Select(outcome => $"{outcome.Name}: {outcome.Reason.TrimEnd('.')}");
        return new PartOutcome(
            roles.Failed ? ApplyAction.Failed : action,
            string.Join("; ", roles.Failed ? reasons.Prepend($"not as saved: {roles.Names}") : reasons))
        {
            Details = [.. details, .. roles.Details],
        };
    }
}
