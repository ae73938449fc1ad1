using System.Collections.Concurrent;
using RunAiDr.Core.Resources;

namespace RunAiDr.Core.Rehydration;

/// <summary>Restores one resource: look, decide, apply, and wait where others depend on it.</summary>
internal sealed class RehydrationStep(
    IClusterWriter target, TargetKinds kinds, TargetWaits waits, RehydrationOptions options)
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

    private async Task<ResourceOutcome> RestoreAsync(RestorePhase phase, Resource resource, CancellationToken ct)
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
            PlannedAction.Create or PlannedAction.Configure => await ApplyAsync(decision, ct),
            PlannedAction.Unchanged => (ApplyAction.Unchanged, null),
            PlannedAction.Conflict => (ApplyAction.Conflict, decision.Reason),
            _ => (ApplyAction.Skipped, decision.Reason),
        };
        if (IsUsedLater(resource, action) && await waits.UntilServedAsync(decision.Desired, ct) is { } notServed)
        {
            (action, reason) = (ApplyAction.Failed, notServed);
        }

        var reasons = relinked.Dropped.Select(Relinked.Text).Prepend(reason).OfType<string>();
        return new(phase, resource.Key, action, string.Join("; ", reasons) is { Length: > 0 } text ? text : null);
    }

    private async Task<(ApplyAction Action, string? Reason)> ApplyAsync(StepDecision decision, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var force = decision.Action == PlannedAction.Configure;

        // A write that has begun is awaited, so that the report knows how it ended.
        var result = await target.ApplyAsync(
            decision.Desired, new ApplyOptions(options.DryRun, force), CancellationToken.None);
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
