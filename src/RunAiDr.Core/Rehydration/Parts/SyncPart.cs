using RunAiDr.Core.Resources;

namespace RunAiDr.Core.Rehydration.Parts;

/// <summary>
/// Waits until the control plane has brought back what it keeps in its database: projects, departments, node pools. What
/// belongs to a project can be linked to it only then.
/// </summary>
internal sealed class SyncPart(IReadOnlyList<Resource> expected, IClusterWriter target, RehydrationOptions options, TimeProvider time) : IRestorePart
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    public RestorePhase Phase => RestorePhase.Cluster;

    public string Name => "synchronisation by the control plane";

    public TimeSpan? Estimate => null;

    public Task<PartPlan> PlanAsync(CancellationToken ct) => Task.FromResult(new PartPlan(
        PlannedAction.Unchanged, [], $"waits up to {options.SyncLimit.TotalSeconds:0} s for {expected.Count} resources"));

    public async Task<PartOutcome> RunAsync(IProgress<PartProgress> progress, bool owns, CancellationToken ct)
    {
        if (options.DryRun)
        {
            return new(ApplyAction.Skipped, "not checked: a dry run does not make the control plane");
        }

        var started = time.GetTimestamp();
        var missing = expected;
        while (true)
        {
            missing = await MissingAsync(missing, ct);
            if (missing.Count == 0)
            {
                return new(ApplyAction.Unchanged, $"all {expected.Count} resources are back");
            }

            if (time.GetElapsedTime(started) >= options.SyncLimit)
            {
                return new(ApplyAction.Skipped, $"{missing.Count} of {expected.Count} resources are not back yet: look whether the cluster is connected")
                {
                    Details = [.. missing.Select(resource => resource.Key.ToString())],
                };
            }

            progress.Report(new($"{expected.Count - missing.Count} of {expected.Count} resources are back"));
            await Task.Delay(Pause, time, ct);
        }
    }

    private async Task<bool> IsThereAsync(Resource resource, CancellationToken ct)
    {
        try
        {
            return await target.GetAsync(resource.Kind, resource.Namespace, resource.Name, ct) is not null;
        }
        catch (RunAiDrException refused) when (refused.Fault == Fault.ClusterRefused)
        {
            // Whoever may not see it cannot wait for it; the end tells that it was not seen.
            return false;
        }
    }

    private async Task<IReadOnlyList<Resource>> MissingAsync(IReadOnlyList<Resource> resources, CancellationToken ct)
    {
        var missing = new List<Resource>();
        foreach (var resource in resources)
        {
            if (!await IsThereAsync(resource, ct))
            {
                missing.Add(resource);
            }
        }

        return missing;
    }
}
