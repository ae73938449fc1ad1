using System.Text.Json.Nodes;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Snapshots.Restoring;

/// <summary>Gives a PersistentVolume that holds the data already to a claim of the wanted name.</summary>
internal sealed class VolumeAdoption(VolumeTools tools, string volumeName)
{
    // Controllers write to a volume too; each of them is done after a few writes.
    private const int Attempts = 20;

    public async Task<PartOutcome> RunAsync(CancellationToken ct)
    {
        var adopted = await AdoptedVolume.ReadAsync(tools.Client, tools.Wanted, volumeName, ct);
        if (adopted.Obstacle is { } obstacle)
        {
            return obstacle;
        }

        if (adopted.IsDone)
        {
            return new PartOutcome(ApplyAction.Unchanged);
        }

        if (tools.Wanted.DryRun)
        {
            return await DryRunAsync(adopted, ct);
        }

        tools.Report($"PersistentVolume {volumeName}: giving it to the claim");
        for (var attempt = 1; await PrepareAsync(adopted, ct); attempt++)
        {
            adopted = await AdoptedVolume.ReadAsync(tools.Client, tools.Wanted, volumeName, ct);
            if (adopted.Obstacle is { } late)
            {
                return late;
            }

            if (attempt == Attempts)
            {
                throw SnapshotTarget.Failure(
                    $"PersistentVolume {volumeName} keeps changing.", "Find out who writes to it, and rehydrate again.");
            }
        }

        return await ClaimAsync(adopted, ct);
    }

    /// <summary>Writes the next thing that is missing at the volume; false when nothing is.</summary>
    private async Task<bool> PrepareAsync(AdoptedVolume adopted, CancellationToken ct)
    {
        var spec = adopted.MissingAtVolume(tools.Wanted);
        if (spec is null)
        {
            return false;
        }

        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = adopted.Volume.Map("metadata")?.Text("resourceVersion") },
            ["spec"] = spec,
        };
        await tools.Client.TryPatchAsync(SnapshotKinds.Volume, null, volumeName, patch, ct);
        return true;
    }

    private async Task<PartOutcome> ClaimAsync(AdoptedVolume adopted, CancellationToken ct)
    {
        if (adopted.Claim is { } claim)
        {
            await tools.Events.ForgetAsync(claim, ct);
        }
        else
        {
            await tools.Client.TryCreateAsync(SnapshotKinds.Claim, RestoredClaim.ForVolume(tools.Wanted, adopted.Volume), ct);
        }

        await new ClaimBinding(tools, found => RestoredClaim.VolumeOf(found) == volumeName).WaitAsync(ct);
        return new PartOutcome(
            adopted.Claim is null ? ApplyAction.Created : ApplyAction.Unchanged, $"holds PersistentVolume {volumeName}");
    }

    private async Task<PartOutcome> DryRunAsync(AdoptedVolume adopted, CancellationToken ct)
    {
        if (await tools.Client.GetAsync(KnownKinds.Namespace, null, tools.Wanted.Namespace, ct) is null)
        {
            return new PartOutcome(
                ApplyAction.Created, $"the claim could not be checked: namespace {tools.Wanted.Namespace} is not there yet");
        }

        if (adopted.Claim is null)
        {
            var body = RestoredClaim.ForVolume(tools.Wanted, adopted.Volume);
            await tools.Client.CreateAsync(new Resource(SnapshotKinds.Claim, body), dryRun: true, ct);
        }

        return new PartOutcome(ApplyAction.Created, $"would hold PersistentVolume {volumeName}");
    }
}
