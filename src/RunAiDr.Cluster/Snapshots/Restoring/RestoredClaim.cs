using System.Text.Json.Nodes;
using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Snapshots.Restoring;

/// <summary>The claim of a restored volume: what is asked for, and what one that exists says of itself.</summary>
internal static class RestoredClaim
{
    public const string Bound = "Bound";

    /// <summary>What to do about one that holds other data.</summary>
    public const string WayOut =
        "delete it if nobody needs its data, or name its PersistentVolume with --existing-volume to go on with that data";

    // A driver makes a volume from a snapshot of these; what selects or names a volume belongs to the old cluster.
    private static readonly string[] Kept = ["accessModes", "volumeMode", "storageClassName"];

    /// <summary>A claim that is filled from a VolumeSnapshot, as large as saved and never smaller than the snapshot.</summary>
    /// <param name="wanted">What is restored.</param>
    /// <param name="snapshot">Name of the VolumeSnapshot.</param>
    /// <param name="bytes">Size of the snapshot as its content tells it.</param>
    /// <exception cref="RunAiDr.Core.RunAiDrException">Nothing tells the size.</exception>
    public static JsonObject FromSnapshot(VolumeRestore wanted, string snapshot, long? bytes)
    {
        var spec = new JsonObject
        {
            ["resources"] = Request(SizeOf(wanted, bytes)),
            ["dataSource"] = new JsonObject
            {
                ["apiGroup"] = SnapshotKinds.Group,
                ["kind"] = SnapshotKinds.Snapshot.Kind,
                ["name"] = snapshot,
            },
        };
        foreach (var field in Kept)
        {
            if (wanted.Saved.ClaimSpec[field] is { } value)
            {
                spec[field] = value.DeepClone();
            }
        }

        return Of(wanted, spec);
    }

    /// <summary>A claim that takes one volume as it is.</summary>
    public static JsonObject ForVolume(VolumeRestore wanted, JsonObject volume)
    {
        var from = volume.Map("spec") ?? [];
        var spec = new JsonObject
        {
            ["accessModes"] = from["accessModes"]?.DeepClone(),
            ["resources"] = Request(from.Map("capacity")?.Text("storage") ?? ""),
            ["volumeName"] = volume.NameOf(),

            // None, and not the default one: a claim is bound to a volume of its own class only.
            ["storageClassName"] = from.Text("storageClassName") ?? "",
        };
        if (from.Text("volumeMode") is { } mode)
        {
            spec["volumeMode"] = mode;
        }

        return Of(wanted, spec);
    }

    public static string? PhaseOf(JsonObject claim) => claim.Map("status")?.Text("phase");

    public static string? VolumeOf(JsonObject claim) => claim.Map("spec")?.Text("volumeName");

    public static string? ClassOf(JsonObject claim) => claim.Map("spec")?.Text("storageClassName");

    public static bool IsFrom(JsonObject claim, string snapshot) => Source(claim) is { } source
        && source.Text("kind") == SnapshotKinds.Snapshot.Kind && source.Text("name") == snapshot;

    /// <summary>What a claim holds, in words.</summary>
    public static string OriginOf(JsonObject claim) =>
        Source(claim) is { } source ? $"was made from {source.Text("kind")} {source.Text("name")}"
        : VolumeOf(claim) is { Length: > 0 } volume ? $"has volume {volume} and was not made from a snapshot"
        : "was not made from a snapshot";

    private static JsonObject? Source(JsonObject claim) =>
        claim.Map("spec")?.Map("dataSourceRef") ?? claim.Map("spec")?.Map("dataSource");

    private static string SizeOf(VolumeRestore wanted, long? told)
    {
        var saved = wanted.Saved.ClaimSpec.Map("resources")?.Map("requests")?.Text("storage");
        var least = Math.Max(told ?? 0, wanted.Saved.RestoreSize ?? 0);
        var size = StorageSize.Bytes(saved) >= least ? saved : least > 0 ? StorageSize.Text(least) : null;
        return size ?? throw SnapshotTarget.Failure(
            $"Neither the saved claim nor snapshot {wanted.Saved.SnapshotHandle} tells a size.",
            "Create the claim by hand from the VolumeSnapshot, or rehydrate from another checkpoint.");
    }

    private static JsonObject Request(string size) => new() { ["requests"] = new JsonObject { ["storage"] = size } };

    private static JsonObject Of(VolumeRestore wanted, JsonObject spec) => new()
    {
        ["apiVersion"] = SnapshotKinds.Claim.ApiVersion,
        ["kind"] = SnapshotKinds.Claim.Kind,
        ["metadata"] = new JsonObject
        {
            ["name"] = wanted.Claim,
            ["namespace"] = wanted.Namespace,
            ["labels"] = RestoredNames.LabelsOf(wanted),
        },
        ["spec"] = spec,
    };
}
