using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using RunAiDr.Core.Rehydration.Parts;

namespace RunAiDr.Cluster.Snapshots.Restoring;

/// <summary>How the objects that a volume is restored with are named, so that repeating finds them.</summary>
internal static class RestoredNames
{
    /// <summary>
    /// Label: the checkpoint. Not that of a taken snapshot, which would be listed, pruned and deleted with its data.
    /// </summary>
    public const string RestoredFrom = "runai-dr/restored-from";

    // With what surrounds it the name has 63 characters at most.
    private const int LongestCheckpoint = 36;

    /// <summary>
    /// Name of VolumeSnapshot and VolumeSnapshotContent. Contents have no namespace, and checkpoints of two clusters may
    /// share a name: a digest of all that makes a difference tells them apart.
    /// </summary>
    public static string SnapshotOf(VolumeRestore wanted)
    {
        var origin = string.Join(
            '\n', wanted.Namespace, wanted.Checkpoint, wanted.Saved.Driver, wanted.Saved.SnapshotHandle);
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(origin)))[..8];
        var checkpoint = wanted.Checkpoint[..Math.Min(wanted.Checkpoint.Length, LongestCheckpoint)].TrimEnd('-');
        return $"restored-{checkpoint}-{SnapshotLabels.NameOf(wanted.Component)}-{digest}";
    }

    public static JsonObject LabelsOf(VolumeRestore wanted) => new()
    {
        [RestoredFrom] = wanted.Checkpoint,
        [SnapshotLabels.Component] = SnapshotLabels.NameOf(wanted.Component),
    };
}
