using System.Text.Json.Nodes;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Snapshots.Restoring;

/// <summary>A PersistentVolume and the claim that it is meant for, as they are now.</summary>
/// <param name="Volume">The volume; empty when there is none.</param>
/// <param name="Claim">The claim of the wanted name, null when there is none.</param>
/// <param name="Obstacle">Why it cannot be done, null when it can.</param>
internal sealed record AdoptedVolume(JsonObject Volume, JsonObject? Claim, PartOutcome? Obstacle)
{
    /// <summary>Whether the claim has the volume.</summary>
    public bool IsDone => Claim is not null && RestoredClaim.PhaseOf(Claim) == RestoredClaim.Bound;

    private JsonObject? Reference => Volume.Map("spec")?.Map("claimRef");

    public static async Task<AdoptedVolume> ReadAsync(
        ClusterClient client, VolumeRestore wanted, string name, CancellationToken ct)
    {
        var volume = await client.GetAsync(SnapshotKinds.Volume, null, name, ct);
        var claim = await client.GetAsync(SnapshotKinds.Claim, wanted.Namespace, wanted.Claim, ct);
        var read = new AdoptedVolume(volume ?? [], claim, null);
        return read with
        {
            Obstacle = volume is null
                ? Failed($"PersistentVolume {name} is not there: bring it back, or name another one")
                : read.ObstacleFor(wanted),
        };
    }

    /// <summary>What is to be written at the volume next, null when it is ready: first that nothing deletes its data.</summary>
    public JsonObject? MissingAtVolume(VolumeRestore wanted)
    {
        if (Volume.Map("spec")?.Text("persistentVolumeReclaimPolicy") != ContentPatches.Retain)
        {
            return new JsonObject { ["persistentVolumeReclaimPolicy"] = ContentPatches.Retain };
        }

        var uid = Reference?.Text("uid");
        return IsFor(wanted) && (string.IsNullOrEmpty(uid) || uid == Claim?.UidOf()) ? null : new JsonObject
        {
            ["claimRef"] = new JsonObject
            {
                ["apiVersion"] = SnapshotKinds.Claim.ApiVersion,
                ["kind"] = SnapshotKinds.Claim.Kind,
                ["namespace"] = wanted.Namespace,
                ["name"] = wanted.Claim,
                ["uid"] = null,
                ["resourceVersion"] = null,
                ["fieldPath"] = null,
            },
        };
    }

    private PartOutcome? ObstacleFor(VolumeRestore wanted)
    {
        var (what, phase) = ($"PersistentVolume {Volume.NameOf()}", Volume.Map("status")?.Text("phase"));
        var claim = $"PersistentVolumeClaim {wanted.Namespace}/{wanted.Claim}";
        return this switch
        {
            _ when Volume.IsTerminating() => Failed($"{what} is being deleted"),
            _ when Claim?.IsTerminating() == true =>
                Failed($"{claim} is being deleted: stop the pods that use it, wait until it is gone, and rehydrate again"),
            _ when Claim is not null && RestoredClaim.VolumeOf(Claim) != Volume.NameOf() => new PartOutcome(
                ApplyAction.Conflict,
                $"{claim} exists and {RestoredClaim.OriginOf(Claim)}; it is left alone: delete it if nobody needs its data"),
            _ when phase == "Bound" && !IsFor(wanted) => new PartOutcome(
                ApplyAction.Conflict,
                $"{what} is bound to PersistentVolumeClaim {Reference?.Text("namespace")}/{Reference?.Text("name")}; "
                    + "it is left alone"),
            _ when phase == "Failed" => Failed($"{what} could not be reclaimed: repair it, or name another one"),
            _ => null,
        };
    }

    private bool IsFor(VolumeRestore wanted) =>
        Reference?.Text("namespace") == wanted.Namespace && Reference?.Text("name") == wanted.Claim;

    private static PartOutcome Failed(string reason) => new(ApplyAction.Failed, reason);
}
