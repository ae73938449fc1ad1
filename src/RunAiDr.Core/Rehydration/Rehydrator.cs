namespace RunAiDr.Core.Rehydration;

/// <summary>
/// Carries out a plan. Each step looks at the target to know whether it is done, so a rehydration that was killed is
/// finished by running it again, and running it twice changes nothing.
/// </summary>
public sealed class Rehydrator(IClusterWriter target, TimeProvider time)
{
    /// <summary>
    /// Ends with a report also when the target stops answering or <paramref name="ct"/> is cancelled; a write under way
    /// is awaited.
    /// </summary>
    /// <exception cref="RunAiDrException">The plan is blocked: nothing was written.</exception>
    public async Task<RehydrationReport> RunAsync(
        RehydrationPlan plan, IProgress<RehydrationProgress>? progress, CancellationToken ct)
    {
        RefuseBlocked(plan);
        var started = time.GetTimestamp();
        var run = new RehydrationRun(target, time, plan, progress);
        var (ended, stopped) = (RehydrationOutcome.Complete, (StopReason?)null);
        try
        {
            await run.RunAsync(ct);
        }
        catch (PartFailedException failed)
        {
            (ended, stopped) = (RehydrationOutcome.Failed, new(
                failed.Message, "What comes after it needs it. Mend the cause, then run the same command again: it goes on where this one stopped."));
        }
        catch (RunAiDrException fault)
        {
            (ended, stopped) = (RehydrationOutcome.Stopped, new(
                fault.Message, $"{fault.Remedy} Then run the same command again: it goes on where this one stopped."));
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            (ended, stopped) = (RehydrationOutcome.Cancelled, new("cancelled", "Run the same command again to go on."));
        }

        ended = ended == RehydrationOutcome.Complete ? run.Outcome() : ended;
        return new RehydrationReport(
            plan.Id,
            plan.Options.DryRun,
            ended,
            stopped,
            plan.Age,
            time.GetElapsedTime(started),
            run.Done(),
            run.NotReached(),
            [.. plan.RestorePoint.CompareOnly.Select(resource => resource.Key)],
            plan.NotHandled)
        {
            Parts = run.Parts(),
            PartsNotReached = run.PartsNotReached(),
        };
    }

    private static void RefuseBlocked(RehydrationPlan plan)
    {
        if (!plan.CanStart)
        {
            var blocked = plan.Checks.First(check => check.Result == CheckResult.Blocked);
            throw new RunAiDrException(
                Fault.NeedsOperator,
                $"{blocked.Subject}: {string.Join(", ", blocked.Items.Prepend(blocked.Finding))}",
                blocked.Remedy ?? "See the plan.");
        }
    }
}
