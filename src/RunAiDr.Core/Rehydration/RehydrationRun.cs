using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Resources;

namespace RunAiDr.Core.Rehydration;

/// <summary>One run of a plan, phase by phase: first its parts, then its resources.</summary>
internal sealed class RehydrationRun(
    IClusterWriter target, TimeProvider time, RehydrationPlan plan, IProgress<RehydrationProgress>? progress)
{
    // Without these nothing that comes after can work.
    private static readonly RestorePhase[] Needed =
        [RestorePhase.Volumes, RestorePhase.ControlPlane, RestorePhase.Database, RestorePhase.Cluster];

    private readonly RestorableResource[] _restored =
        [.. plan.RestorePoint.Restored.Where(item => plan.Options.Phases.Contains(RestoreOrder.PhaseOf(item.Resource)))];

    private readonly Lock _gate = new();
    private readonly Dictionary<ResourceKey, ResourceOutcome> _done = [];
    private readonly Dictionary<PlannedPart, PartResult> _parts = [];

    private TargetMarker? _marker;

    public async Task RunAsync(CancellationToken ct)
    {
        var options = await BeginAsync(ct);
        var kinds = new TargetKinds(await target.DiscoverAsync(ct), _restored);
        var step = new RehydrationStep(
            target,
            kinds,
            new TargetWaits(target, options, time),
            plan.Steps.Where(planned => planned.Action == PlannedAction.Create).Select(planned => planned.Key).ToHashSet(),
            options);
        var waves = RestoreOrder.Arrange(_restored).ToLookup(wave => wave.Phase);
        foreach (var phase in Enum.GetValues<RestorePhase>())
        {
            var parts = plan.Parts.Where(part => part.Phase == phase).ToArray();
            await RunPartsAsync(phase, parts, options, ct);
            foreach (var wave in waves[phase])
            {
                await RunWaveAsync(wave, step, options, ct);
            }

            await NoteDoneAsync(phase, parts);
            if (!options.DryRun && (phase == RestorePhase.CustomResourceDefinitions || parts.Any(part => part.Part is ReleasePart)))
            {
                step.UseKinds(new TargetKinds(await target.DiscoverAsync(ct), _restored));
            }
        }
    }

    /// <summary>How it ended when nothing stopped it.</summary>
    public RehydrationOutcome Outcome() => _done.Values.Select(outcome => outcome.Action).Concat(PartActions())
        .Aggregate(RehydrationOutcome.Complete, (worst, action) => action switch
        {
            ApplyAction.Failed => RehydrationOutcome.Failed,
            ApplyAction.Conflict or ApplyAction.Skipped when worst == RehydrationOutcome.Complete => RehydrationOutcome.Incomplete,
            _ => worst,
        });

    // Most parts can be tried only for good: that a dry run left them out is no fault of theirs.
    private IEnumerable<ApplyAction> PartActions() =>
        _parts.Values.Select(part => part.Action).Where(action => !(plan.Options.DryRun && action == ApplyAction.Skipped));

    /// <summary>Each resource that was reached, in the order of restoring.</summary>
    public IReadOnlyList<ResourceOutcome> Done() => [.. Order().Where(_done.ContainsKey).Select(key => _done[key])];

    public IReadOnlyList<ResourceKey> NotReached() => [.. Order().Where(key => !_done.ContainsKey(key))];

    public IReadOnlyList<PartResult> Parts() =>
        [.. plan.Parts.Where(_parts.ContainsKey).Select(part => _parts[part])];

    public IReadOnlyList<string> PartsNotReached() =>
        [.. plan.Parts.Where(part => !_parts.ContainsKey(part)).Select(part => part.Name)];

    private IEnumerable<ResourceKey> Order() =>
        RestoreOrder.Arrange(_restored).SelectMany(wave => wave.Resources).Select(item => item.Resource.Key);

    /// <summary>Marks a target that is ours, before anything else is written to it.</summary>
    private async Task<RehydrationOptions> BeginAsync(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        if (!plan.OwnsTarget || plan.Options.DryRun)
        {
            return plan.Options;
        }

        var installs = plan.Parts.Any(part => part is { Phase: RestorePhase.ControlPlane, Action: PlannedAction.Create });
        _marker = await TargetMarker.BeginAsync(target, plan.Id, plan.RestorePoint.Info?.Cluster, installs);
        return plan.Options with { OwnSince = _marker.Since, Done = _marker.Done };
    }

    private Task RunWaveAsync(RestoreWave wave, RehydrationStep step, RehydrationOptions options, CancellationToken ct) =>
        Parallel.ForEachAsync(
            wave.Resources,
            new ParallelOptions { MaxDegreeOfParallelism = options.Parallelism, CancellationToken = ct },
            async (item, token) => Add(await step.RunAsync(wave.Phase, item.Resource, token)));

    private async Task RunPartsAsync(
        RestorePhase phase, PlannedPart[] parts, RehydrationOptions options, CancellationToken ct)
    {
        // Volumes wait for the storage, so they wait together; releases have an order.
        var atOnce = phase == RestorePhase.Volumes ? parts.Length : 1;
        await Parallel.ForEachAsync(
            parts,
            new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, atOnce), CancellationToken = ct },
            async (part, token) => Add(part, await RunPartAsync(part, options, token)));
        var failed = parts.Select(part => _parts[part])
            .FirstOrDefault(result => result.Action is ApplyAction.Failed or ApplyAction.Conflict);
        if (failed is not null && Needed.Contains(phase) && !options.DryRun)
        {
            throw new PartFailedException($"{failed.Name}: {failed.Reason}");
        }
    }

    // The data of a control plane that was there before is not ours, whatever else of the target is.
    private bool Owns(RestorePhase phase, RehydrationOptions options) =>
        options.Owns(phase) && (phase != RestorePhase.Database || _marker?.InstallsControlPlane == true);

    /// <summary>From here on what is of this phase belongs to whoever works on the target.</summary>
    private async Task NoteDoneAsync(RestorePhase phase, PlannedPart[] parts)
    {
        var actions = parts.Select(part => _parts[part].Action)
            .Concat(_done.Values.Where(outcome => outcome.Phase == phase).Select(outcome => outcome.Action)).ToArray();
        if (_marker is not null && actions.Length > 0 && !actions.Contains(ApplyAction.Failed))
        {
            _marker = await _marker.DoneAsync(target, phase);
        }
    }

    private async Task<PartResult> RunPartAsync(PlannedPart planned, RehydrationOptions options, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        var told = new Told(step => Tell(new PartStep(planned.Phase, planned.Name, step)));
        PartOutcome outcome;
        try
        {
            outcome = await planned.Part.RunAsync(told, Owns(planned.Phase, options), ct);
        }
        catch (RunAiDrException refused) when (refused.Fault != Fault.ClusterUnreachable)
        {
            outcome = new(ApplyAction.Failed, $"{refused.Message} {refused.Remedy}");
        }

        return new(planned.Phase, planned.Name, outcome.Action, outcome.Reason, time.GetElapsedTime(started), outcome.Details);
    }

    private void Add(PlannedPart part, PartResult result)
    {
        lock (_gate)
        {
            _parts.Add(part, result);
            progress?.Report(new PartDone(result));
        }
    }

    private void Add(ResourceOutcome outcome)
    {
        lock (_gate)
        {
            _done.Add(outcome.Key, outcome);
            progress?.Report(new ResourceDone(_done.Count, _restored.Length, outcome));
        }
    }

    private void Tell(RehydrationProgress step)
    {
        lock (_gate)
        {
            progress?.Report(step);
        }
    }

    private sealed class Told(Action<PartProgress> tell) : IProgress<PartProgress>
    {
        public void Report(PartProgress value) => tell(value);
    }
}

/// <summary>A part that everything after it needs has failed.</summary>
internal sealed class PartFailedException(string message) : Exception(message);
