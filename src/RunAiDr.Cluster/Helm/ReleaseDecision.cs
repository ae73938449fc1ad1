using RunAiDr.Core.Helm;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Helm;

/// <summary>What to do about a release, seen what the target has of it. Plan and installation decide alike, here.</summary>
internal sealed record ReleaseDecision(PlannedAction Action, string? Reason = null)
{
    private const int MostPaths = 10;

    private const string FirstInstall = "pending-install";

    public static ReleaseDecision For(ReleaseInstall wanted, ReleaseValues values, ReleaseRecord? found) => found switch
    {
        null => new(PlannedAction.Create),
        { Status: "uninstalling" } => new(
            PlannedAction.Conflict,
            "is being uninstalled: wait until \"helm uninstall\" has ended, or run it again if it was stopped"),
        { Status: "uninstalled" } => new(PlannedAction.Create, "was uninstalled; its history is kept"),
        _ => ForPresent(wanted, found, Differences(wanted, values, found.Release)),
    };

    private static ReleaseDecision ForPresent(ReleaseInstall wanted, ReleaseRecord found, string? differs) => found switch
    {
        // Nothing of a first installation has ever worked, so nobody has it to lose.
        _ when differs is not null && !wanted.MayChange && found.Status != FirstInstall => new(
            PlannedAction.Conflict, $"{Condition(found)}{differs}; --overwrite changes it"),
        { Status: HelmRelease.Deployed } => differs is null ? new(PlannedAction.Unchanged) : new(PlannedAction.Configure, differs),
        { IsPending: true } => new(
            found.Revision > 1 ? PlannedAction.Configure : PlannedAction.Create,
            $"is {found.Status}: a helm works on it or was stopped; it is waited for, then taken over"),
        _ => new(PlannedAction.Configure, $"is {Visible.Text(found.Status)}: helm is run again"),
    };

    private static string Condition(ReleaseRecord found) =>
        found.Status == HelmRelease.Deployed ? "" : $"is {Visible.Text(found.Status)}; ";

    /// <summary>How chart and values differ; null when they do not.</summary>
    private static string? Differences(ReleaseInstall wanted, ReleaseValues values, HelmRelease found)
    {
        var changes = new List<string>();
        if (found.Chart != wanted.Chart || found.ChartVersion != wanted.ChartVersion)
        {
            var there = Visible.Text($"{found.Chart} {found.ChartVersion}");
            changes.Add($"has {there}, not {wanted.Chart} {wanted.ChartVersion}");
        }

        var paths = values.DifferencesTo(found.Values);
        if (paths.Count > 0)
        {
            var more = paths.Count > MostPaths ? $" and {paths.Count - MostPaths} more" : "";
            changes.Add($"differs in values {Visible.Text(string.Join(", ", paths.Take(MostPaths)))}{more}");
        }

        return changes.Count == 0 ? null : string.Join("; ", changes);
    }
}
