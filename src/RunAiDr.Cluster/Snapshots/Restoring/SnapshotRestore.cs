using System.Text.Json.Nodes;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Snapshots.Restoring;

/// <summary>From the handle of a snapshot to a claim that holds its data.</summary>
internal sealed class SnapshotRestore(VolumeTools tools)
{
    private readonly RestoredSnapshot _snapshot = new(tools);

    public async Task<PartOutcome> RunAsync(CancellationToken ct)
    {
        var claim = await ClaimAsync(ct);
        if (claim is not null && !IsOurs(claim))
        {
            return Conflict(claim);
        }

        if (claim is not null && RestoredClaim.PhaseOf(claim) == RestoredClaim.Bound)
        {
            return new PartOutcome(ApplyAction.Unchanged);
        }

        if (tools.Wanted.DryRun)
        {
            return claim is null
                ? await DryRunAsync(ct)
                : new PartOutcome(ApplyAction.Unchanged, "exists already and is not bound yet");
        }

        var content = await _snapshot.ReadyAsync(ct);
        if (claim is not null)
        {
            await tools.Events.ForgetAsync(claim, ct);
        }
        else if (await tools.Client.TryCreateAsync(SnapshotKinds.Claim, ClaimFrom(content.BytesOf()), ct) is null
            && await ClaimAsync(ct) is { } faster && !IsOurs(faster))
        {
            return Conflict(faster);
        }

        tools.Report($"{tools.ClaimText}: waiting for its volume");
        var reason = await new ClaimBinding(tools, IsOurs).WaitAsync(ct);
        return new PartOutcome(claim is null ? ApplyAction.Created : ApplyAction.Unchanged, reason);
    }

    private async Task<JsonObject?> ClaimAsync(CancellationToken ct)
    {
        var claim = await tools.Client.GetAsync(SnapshotKinds.Claim, tools.Wanted.Namespace, tools.Wanted.Claim, ct);
        return claim?.IsTerminating() != true ? claim : throw SnapshotTarget.Failure(
            $"{tools.ClaimText} is being deleted.", "Stop the pods that use it, wait until it is gone, and rehydrate again.");
    }

    private JsonObject ClaimFrom(long? bytes) => RestoredClaim.FromSnapshot(tools.Wanted, _snapshot.Name, bytes);

    private bool IsOurs(JsonObject claim) => RestoredClaim.IsFrom(claim, _snapshot.Name);

    private PartOutcome Conflict(JsonObject claim) => new(
        ApplyAction.Conflict,
        $"{tools.ClaimText} exists and {RestoredClaim.OriginOf(claim)}; it is left alone: {RestoredClaim.WayOut}");

    private async Task<PartOutcome> DryRunAsync(CancellationToken ct)
    {
        var found = await new TargetClasses(tools.Client).SnapshotClassAsync(tools.Wanted.Saved, ct);
        if (await tools.Client.GetAsync(SnapshotKinds.Content, null, _snapshot.Name, ct) is null)
        {
            await TryAsync(SnapshotKinds.Content, _snapshot.Content(found), ct);
        }

        if (await tools.Client.GetAsync(KnownKinds.Namespace, null, tools.Wanted.Namespace, ct) is null)
        {
            return new PartOutcome(
                ApplyAction.Created,
                $"only its VolumeSnapshotContent could be checked: namespace {tools.Wanted.Namespace} is not there yet");
        }

        if (await tools.Client.GetAsync(SnapshotKinds.Snapshot, tools.Wanted.Namespace, _snapshot.Name, ct) is null)
        {
            await TryAsync(SnapshotKinds.Snapshot, _snapshot.Snapshot(found), ct);
        }

        await TryAsync(SnapshotKinds.Claim, ClaimFrom(null), ct);
        return new PartOutcome(
            ApplyAction.Created,
            "checked by the server only: whether the driver knows the snapshot shows when it is restored");
    }

    private async Task TryAsync(ResourceKind kind, JsonObject body, CancellationToken ct) =>
        await tools.Client.CreateAsync(new Resource(kind, body), dryRun: true, ct);
}
