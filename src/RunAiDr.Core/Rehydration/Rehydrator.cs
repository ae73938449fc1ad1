using RunAiDr.Core.Resources;

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
        var restored = plan.RestorePoint.Restored;
        var waves = RestoreOrder.Arrange(restored);
        var outcomes = new Outcomes(restored.Length, progress);
        var (ended, stopped) = (RehydrationOutcome.Complete, (StopReason?)null);
        try
        {
            await RunWavesAsync(plan, restored, waves, outcomes, ct);
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

        var order = waves.SelectMany(wave => wave.Resources).Select(r => r.Resource.Key).ToArray();
        var done = outcomes.In(order);
        return new RehydrationReport(
            plan.Id,
            plan.Options.DryRun,
            ended == RehydrationOutcome.Complete ? Worst(done) : ended,
            stopped,
            plan.Age,
            time.GetElapsedTime(started),
            done,
            [.. order.Except(done.Select(outcome => outcome.Key))],
            [.. plan.RestorePoint.CompareOnly.Select(resource => resource.Key)],
            plan.RestorePoint.NotHandled);
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

    private async Task RunWavesAsync(
        RehydrationPlan plan,
        RestorableResource[] restored,
        IReadOnlyList<RestoreWave> waves,
        Outcomes outcomes,
        CancellationToken ct)
    {
        var step = new RehydrationStep(
            target,
            new TargetKinds(await target.DiscoverAsync(ct), restored),
            new TargetWaits(target, plan.Options, time),
            plan.Steps.Where(planned => planned.Action == PlannedAction.Create).Select(planned => planned.Key).ToHashSet(),
            plan.Options);
        var limit = new ParallelOptions { MaxDegreeOfParallelism = plan.Options.Parallelism, CancellationToken = ct };
        foreach (var wave in waves)
        {
            await Parallel.ForEachAsync(wave.Resources, limit, async (item, token) =>
                outcomes.Add(await step.RunAsync(wave.Phase, item.Resource, token)));
            if (wave.Phase == RestorePhase.CustomResourceDefinitions && !plan.Options.DryRun)
            {
                step.UseKinds(new TargetKinds(await target.DiscoverAsync(ct), restored));
            }
        }
    }

    private static RehydrationOutcome Worst(IEnumerable<ResourceOutcome> outcomes) => outcomes.Aggregate(
        RehydrationOutcome.Complete,
        (worst, outcome) => outcome.Action switch
        {
            ApplyAction.Failed => RehydrationOutcome.Failed,
            ApplyAction.Conflict or ApplyAction.Skipped when worst == RehydrationOutcome.Complete =>
                RehydrationOutcome.Incomplete,
            _ => worst,
        });

    private sealed class Outcomes(int total, IProgress<RehydrationProgress>? progress)
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<ResourceKey, ResourceOutcome> _done = [];

        public void Add(ResourceOutcome outcome)
        {
            lock (_gate)
            {
                _done.Add(outcome.Key, outcome);
                progress?.Report(new RehydrationProgress(_done.Count, total, outcome));
            }
        }

        public IReadOnlyList<ResourceOutcome> In(IEnumerable<ResourceKey> order) =>
            [.. order.Where(_done.ContainsKey).Select(key => _done[key])];
    }
}
