using RunAiDr.Core;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Secrets;

namespace RunAiDr.Cluster.Helm;

/// <summary>What was found out about a release by reading only.</summary>
/// <param name="HelmMajor">Major version of helm.</param>
/// <param name="Source">Where the chart is; null when that is blocked.</param>
/// <param name="Values">The values; none when they cannot be read.</param>
/// <param name="Decision">What would be done.</param>
/// <param name="Checks">What was looked at.</param>
internal sealed record ReleaseSurvey(
    int HelmMajor, ChartSource? Source, ReleaseValues Values, ReleaseDecision Decision, IReadOnlyList<PlanCheck> Checks)
{
    public PlanCheck? Obstacle => Checks.FirstOrDefault(check => check.Result == CheckResult.Blocked);

    /// <exception cref="RunAiDrException">The target cannot be reached.</exception>
    public static async Task<ReleaseSurvey> TakeAsync(HelmTools tools, ReleaseInstall wanted, CancellationToken ct)
    {
        var (values, unreadable) = Read(wanted);
        if ((ReleaseRules.Violation(wanted) ?? unreadable) is { } violation)
        {
            return new(0, null, values, new(PlannedAction.Skip, "the restore point cannot be used"), [violation]);
        }

        var checks = new List<PlanCheck>();
        var version = HelmVersion.From(
            await tools.Helm.RunAsync(new HelmCall(["version", "--template={{.Version}}"]), ct), tools.Options.Program);
        checks.Add(version.Check);
        ChartSource? source = null;
        if (version.Major > 0)
        {
            (source, var check) = await new ChartSearch(tools.Helm, values.Hide).FindAsync(wanted, ct);
            checks.Add(check);
        }

        var decision = await DecideAsync(tools, wanted, values, checks, ct);
        if (source is not null && decision is { Action: PlannedAction.Create, Reason: null })
        {
            checks.Add(await new OwnershipCheck(tools, wanted, values).RunAsync(source, ct));
        }

        return new(version.Major, source, values, decision, checks);
    }

    private static async Task<ReleaseDecision> DecideAsync(
        HelmTools tools, ReleaseInstall wanted, ReleaseValues values, List<PlanCheck> checks, CancellationToken ct)
    {
        try
        {
            var decision = ReleaseDecision.For(wanted, values, await tools.NewestAsync(wanted, ct));
            if (decision is { Action: PlannedAction.Conflict, Reason: { } reason })
            {
                checks.Add(new PlanCheck($"release {wanted.Name}", CheckResult.Warning, reason, "It is left alone until then."));
            }

            return decision;
        }
        catch (RunAiDrException failure) when (failure.Fault is Fault.ClusterRefused or Fault.NeedsOperator)
        {
            checks.Add(new PlanCheck($"release {wanted.Name}", CheckResult.Blocked, failure.Message, failure.Remedy));
            return new(PlannedAction.Conflict, "it cannot be told what the target has of it");
        }
    }

    private static (ReleaseValues Values, PlanCheck? Unreadable) Read(ReleaseInstall wanted)
    {
        var nothing = new SecretText("");
        try
        {
            return (ReleaseValues.Read(wanted.Values, $"values of {Visible.Text(wanted.Name)}"), null);
        }
        catch (RunAiDrException failure)
        {
            var check = new PlanCheck("restore point", CheckResult.Blocked, failure.Message, failure.Remedy);
            return (ReleaseValues.Read(nothing, ""), check);
        }
    }
}
