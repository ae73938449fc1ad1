using RunAiDr.Core.Snapshots;

namespace RunAiDr.Core.Rehydration.Parts;

/// <summary>The metrics: compared with what they held.</summary>
internal sealed class MetricsPart(MetricsFacts saved, RestoreTools tools, RehydrationOptions options, TimeProvider time) : IRestorePart
{
    public RestorePhase Phase => RestorePhase.Metrics;

    public string Name => "metrics";

    public TimeSpan? Estimate => Durations.Comparison;

    public Task<PartPlan> PlanAsync(CancellationToken ct) =>
        Task.FromResult(new PartPlan(PlannedAction.Unchanged, [], "compared"));

    public async Task<PartOutcome> RunAsync(IProgress<PartProgress> progress, bool owns, CancellationToken ct)
    {
        if (options.DryRun)
        {
            return new(ApplyAction.Skipped, "not checked: a dry run does not make the metrics");
        }

        await using var data = await tools.Data.OpenAsync(ct);
        if (data.Metrics is not { } metrics)
        {
            return new(ApplyAction.Skipped, "nobody says where they can be asked");
        }

        var differences = MetricsComparison.Compare(saved, await metrics.FactsAsync(ct), time.GetUtcNow());
        return differences.Count == 0
            ? new(ApplyAction.Unchanged, "hold what was saved")
            : new(ApplyAction.Failed, "lack what was saved") { Details = differences };
    }
}
