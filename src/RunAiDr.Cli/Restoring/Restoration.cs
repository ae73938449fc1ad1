using RunAiDr.Cli.Output;
using RunAiDr.Core;
using RunAiDr.Core.Comparison;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.State;

namespace RunAiDr.Cli.Restoring;

/// <summary>Carries out a plan, verifies the result, and tells about it: on the target too.</summary>
internal sealed class Restoration(Session session, ProcessContext process)
{
    /// <param name="tree">The restore point as the target is to have it.</param>
    /// <param name="plan">What to do.</param>
    /// <param name="ct">Stops between two writes.</param>
    public async Task<RestoreReport> RunAsync(IStateTree tree, RehydrationPlan plan, CancellationToken ct)
    {
        var (startedAt, started) = (process.Clock.GetUtcNow(), process.Clock.GetTimestamp());
        var rehydrator = new Rehydrator(session.Cluster, process.Clock);
        var done = process.IsTerminal
            ? await LiveTable.ShowAsync(process.Error, plan, table => rehydrator.RunAsync(plan, table, ct))
            : await rehydrator.RunAsync(plan, new ProgressLine(process.Error, process.Clock), ct);
        var (verification, fault) = IsVerifiable(done, plan) ? await VerifyAsync(tree, ct) : (null, null);
        var report = new RestoreReport(session.Name, session.Server, startedAt, process.Clock.GetElapsedTime(started), done, verification) { NotVerified = fault };
        if (IsNews(done, verification))
        {
            await new RehydrationEvent(session.Cluster).TellAsync(done, startedAt, fault is null ? verification?.Equal : false);
        }

        return report;
    }

    // A run that found everything in place leaves nothing behind; a target that does not answer takes nothing.
    private static bool IsNews(RehydrationReport done, VerifyResult? verification) =>
        !done.DryRun
        && done.Outcome != RehydrationOutcome.Stopped
        && (done.ChangedAnything || done.Outcome != RehydrationOutcome.Complete || verification is { Equal: false });

    // Of a part nobody expects that it equals the whole.
    private static bool IsVerifiable(RehydrationReport done, RehydrationPlan plan) =>
        !done.DryRun
        && done.Outcome is not (RehydrationOutcome.Stopped or RehydrationOutcome.Cancelled)
        && done.NotReached.Count == 0
        && plan.RestorePoint.Resources.All(item => plan.Options.Phases.Contains(RestoreOrder.PhaseOf(item.Resource)));

    private async Task<(VerifyResult? Result, RunAiDrException? Fault)> VerifyAsync(IStateTree tree, CancellationToken ct)
    {
        try
        {
            return (VerifyResult.Of(await session.CompareAsync(tree, ct), tree), null);
        }
        catch (RunAiDrException fault)
        {
            return (null, fault);
        }
        catch (OperationCanceledException)
        {
            return (null, new RunAiDrException(Fault.NeedsOperator, "interrupted.", "Run `runai-dr verify`."));
        }
    }
}
