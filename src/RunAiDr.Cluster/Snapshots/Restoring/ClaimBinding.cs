using System.Text.Json.Nodes;

namespace RunAiDr.Cluster.Snapshots.Restoring;

/// <summary>Waits until a claim is bound, or has nothing to wait for but its first consumer.</summary>
/// <param name="tools">What it takes.</param>
/// <param name="isOurs">Whether a claim of that name is the one that is waited for.</param>
internal sealed class ClaimBinding(VolumeTools tools, Func<JsonObject, bool> isOurs)
{
    public const string Waits = "waits for its first consumer";

    /// <returns>What is still waited for, null when the claim is bound.</returns>
    /// <exception cref="RunAiDr.Core.RunAiDrException">It was not bound, or is gone.</exception>
    public async Task<string?> WaitAsync(CancellationToken ct)
    {
        var claim = await tools.ClaimWait.UntilAsync(tools.ClaimText, LookAsync, Report, ct);
        return RestoredClaim.PhaseOf(claim) == RestoredClaim.Bound ? null : Waits;
    }

    private async Task<Sight<JsonObject>> LookAsync(CancellationToken ct)
    {
        var claim = await tools.Client.GetAsync(SnapshotKinds.Claim, tools.Wanted.Namespace, tools.Wanted.Claim, ct);
        if (claim is null || claim.IsTerminating() || !isOurs(claim))
        {
            throw SnapshotTarget.Failure(
                $"{tools.ClaimText} was deleted or replaced while it was waited for.",
                "Find out who does that, and rehydrate again.");
        }

        if (RestoredClaim.PhaseOf(claim) == "Lost")
        {
            throw SnapshotTarget.Failure(
                $"{tools.ClaimText} has lost its volume {RestoredClaim.VolumeOf(claim)}.",
                "Delete the claim, and rehydrate again.");
        }

        if (RestoredClaim.PhaseOf(claim) == RestoredClaim.Bound || await WaitsAsync(claim, ct))
        {
            return new Sight<JsonObject>(claim);
        }

        return new Sight<JsonObject>(null, await tools.Events.NewestAsync(claim, ct));
    }

    /// <summary>One that names its volume is bound at once, whatever its class says.</summary>
    private async Task<bool> WaitsAsync(JsonObject claim, CancellationToken ct) =>
        RestoredClaim.VolumeOf(claim) is null or ""
        && RestoredClaim.ClassOf(claim) is { Length: > 0 } name
        && TargetClasses.WaitsForConsumer(await new TargetClasses(tools.Client).StorageClassAsync(name, ct));

    private void Report(string step) =>
        tools.Report($"{tools.ClaimText}: {step}{(tools.Events.Told is [.., var told] ? $"; last: {told}" : "")}");
}
