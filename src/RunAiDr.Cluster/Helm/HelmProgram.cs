using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Rehydration.Parts;

namespace RunAiDr.Cluster.Helm;

/// <summary>Installs charts with the <c>helm</c> program, versions 3.14 and newer and 4.</summary>
/// <param name="options">Which program, and how it reaches the target.</param>
/// <param name="cluster">The target: the same that helm reaches.</param>
/// <param name="clock">What limits and pauses are measured with.</param>
public sealed class HelmProgram(HelmOptions options, ClusterClient cluster, TimeProvider clock) : IHelm
{
    private readonly HelmTools _tools = new(new HelmRun(options, clock), cluster, options, clock);

    /// <inheritdoc/>
    public async Task<PartPlan> PlanAsync(ReleaseInstall wanted, CancellationToken ct)
    {
        var survey = await ReleaseSurvey.TakeAsync(_tools, wanted, ct);
        var decision = survey.Decision;
        if (decision.Action == PlannedAction.Unchanged && survey.Obstacle is null)
        {
            var workloads = _tools.WorkloadsOf(wanted);
            await workloads.LearnNamespacesAsync(ct);
            var rollout = await workloads.LookAsync(ct);
            decision = rollout.IsReady ? decision : decision with { Reason = $"is installed; {rollout}" };
        }

        return new PartPlan(decision.Action, survey.Checks, decision.Reason);
    }

    /// <inheritdoc/>
    public async Task<PartOutcome> InstallAsync(ReleaseInstall wanted, IProgress<PartProgress> progress, CancellationToken ct)
    {
        progress.Report(new PartProgress("looking at the chart and the target"));
        var survey = await ReleaseSurvey.TakeAsync(_tools, wanted, ct);
        return survey.Obstacle is { } obstacle
            ? new PartOutcome(ApplyAction.Failed, $"{obstacle.Subject}: {obstacle.Finding}")
            {
                Details = [.. obstacle.Items, .. obstacle.Remedy is { } remedy ? [remedy] : (string[])[]],
            }
            : await new Installation(_tools, wanted, survey, progress).RunAsync(ct);
    }
}
