using System.Collections.Concurrent;
using RunAiDr.Core.Resources;

namespace RunAiDr.Core.Rehydration;

/// <summary>
/// Restores one resource: look, decide, apply, and wait where others depend on it. What the plan found
/// <paramref name="absent"/> is created without a look first; the server refuses that where something has appeared since.
/// </summary>
internal sealed class RehydrationStep(
    IClusterWriter target,
    TargetKinds kinds,
    TargetWaits waits,
    IReadOnlySet<ResourceKey> absent,
    RehydrationOptions options)
{
    private readonly ConcurrentDictionary<string, string> _unusableNamespaces = new(StringComparer.Ordinal);
    private TargetKinds _kinds = kinds;
    private OwnerLinks _owners = new(target, kinds);

    public void UseKinds(TargetKinds found)
    {
        _kinds = found;
        _owners = new OwnerLinks(target, found);
    }

    public async Task<ResourceOutcome> RunAsync(RestorePhase phase, Resource resource, CancellationToken ct)
    {
        try
        {
            var outcome = WhyNotNow(phase, resource) ?? await RestoreAsync(phase, resource, ct);
            NoteNamespace(resource, outcome);
            return outcome with { Reason = Safe(outcome.Reason) };
        }
        catch (RunAiDrException refused) when (refused.Fault == Fault.ClusterRefused)
        {
            return new(phase, resource.Key, ApplyAction.Failed, Safe(refused.Message));
        }

        string? Safe(string? reason) =>
            reason is null ? null : SecretFilling.Hide(reason, resource, options.Secrets);
    }

    private ResourceOutcome? WhyNotNow(RestorePhase phase, Resource resource)
    {
        if (resource.Namespace is { } ns && _unusableNamespaces.TryGetValue(ns, out var why))
        {
            return new(phase, resource.Key, options.DryRun ? ApplyAction.Skipped : ApplyAction.Failed, why);
        }

        return options.DryRun && !_kinds.IsServed(resource.Kind)
            ? new(phase, resource.Key, ApplyAction.Skipped, "not checked: a dry run does not make its CRD")
            : null;
    }

    private async Task<ResourceOutcome> RestoreAsync(RestorePhase phase, Resource resource, CancellationToken ct) =>
        await TryCreateAsync(phase, resource, ct) ?? await LookAndRestoreAsync(phase, resource, ct);

    /// <summary>Null when the resource has to be looked at.</summary>
    private async Task<ResourceOutcome?> TryCreateAsync(RestorePhase phase, Resource resource, CancellationToken ct)
    {
        if (options.DryRun || !absent.Contains(resource.Key))
        {
            return null;
        }

        var relinked = await _owners.RelinkAsync(resource, ct);
        var decision = StepDecision.For(relinked.Resource, live: null, options);
        if (decision.Action != PlannedAction.Create)
        {
            return null;
        }

        var (action, reason) = await ApplyAsync(decision, mustBeAbsent: true, ct);
        return action == ApplyAction.Conflict
            ? null
            : await FinishAsync(phase, decision, new(resource.Key, action, reason), relinked.Dropped, ct);
    }

    private async Task<ResourceOutcome> LookAndRestoreAsync(RestorePhase phase, Resource resource, CancellationToken ct)
    {
        var live = await waits.UntilNotBeingDeletedAsync(resource, ct);
        if (live.IsBeingDeleted)
        {
            return new(
                phase, resource.Key, ApplyAction.Failed, "is still being deleted: find out which finalizers hold it");
        }

        var relinked = await _owners.RelinkAsync(resource, ct);
        var decision = StepDecision.For(relinked.Resource, live.Live, options);
        var (action, reason) = decision.Action switch
        {
            PlannedAction.Create or PlannedAction.Configure => await ApplyAsync(decision, mustBeAbsent: false, ct),
            PlannedAction.Unchanged => (ApplyAction.Unchanged, null),
            PlannedAction.Conflict => (ApplyAction.Conflict, decision.Reason),
            _ => (ApplyAction.Skipped, decision.Reason),
        };
        return await FinishAsync(phase, decision, new(resource.Key, action, reason), relinked.Dropped, ct);
    }

    private async Task<ResourceOutcome> FinishAsync(
        RestorePhase phase,
        StepDecision decision,
        ApplyResult result,
        IReadOnlyList<OwnerReference> dropped,
        CancellationToken ct)
    {
        var (action, reason) = (result.Action, result.Reason);
        if (IsUsedLater(decision.Desired, action) && await waits.UntilServedAsync(decision.Desired, ct) is { } notServed)
        {
            (action, reason) = (ApplyAction.Failed, notServed);
        }

        var reasons = dropped.Select(Relinked.Text).Prepend(reason).OfType<string>();
        return new(phase, result.Key, action, string.Join("; ", reasons) is { Length: > 0 } text ? text : null);
    }

    private async Task<(ApplyAction Action, string? Reason)> ApplyAsync(
        StepDecision decision, bool mustBeAbsent, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var force = decision.Action == PlannedAction.Configure;

        // A write that has begun is awaited, so that the report knows how it ended.
        var result = await target.ApplyAsync(
            decision.Desired, new ApplyOptions(options.DryRun, force, mustBeAbsent), CancellationToken.None);
        return (result.Action, result.Reason ?? (force ? decision.Reason : null));
    }

    private bool IsUsedLater(Resource resource, ApplyAction action) =>
        !options.DryRun
        && action is ApplyAction.Created or ApplyAction.Configured or ApplyAction.Unchanged
        && TargetKinds.IsDefinition(resource);

    private void NoteNamespace(Resource resource, ResourceOutcome outcome)
    {
        if (resource.Kind is not { Group: "", Plural: "namespaces" })
        {
            return;
        }

        if (outcome.Action == ApplyAction.Failed)
        {
            _unusableNamespaces[resource.Name] = $"namespace {resource.Name} could not be restored";
        }
        else if (options.DryRun && outcome.Action == ApplyAction.Created)
        {
            _unusableNamespaces[resource.Name] = "not checked: a dry run does not make its namespace";
        }
    }
}
