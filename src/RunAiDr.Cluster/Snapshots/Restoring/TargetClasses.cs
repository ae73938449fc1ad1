using System.Text.Json.Nodes;
using RunAiDr.Core.Export;
using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Cluster.Snapshots.Restoring;

/// <summary>The classes of the target that a restored volume goes by.</summary>
internal sealed class TargetClasses(ClusterClient client)
{
    private const string DefaultSnapshotClass = "snapshot.storage.kubernetes.io/is-default-class";
    private const string DefaultStorageClass = "storageclass.kubernetes.io/is-default-class";

    /// <summary>Name of the VolumeSnapshotClass: the saved one, the default one or the only one of the driver; null for none.</summary>
    public async Task<string?> SnapshotClassAsync(CsiSnapshot snapshot, CancellationToken ct)
    {
        var classes = await client.ListAsync(new ListSelection(SnapshotKinds.Class), ct);
        var fitting = classes.Where(found => found.Text("driver") == snapshot.Driver).ToList();
        var best = fitting.Find(found => found.NameOf() == snapshot.SnapshotClass)
            ?? fitting.Find(found => SnapshotLabels.Annotation(found, DefaultSnapshotClass) == "true")
            ?? (fitting is [var one] ? one : null);
        return best?.NameOf();
    }

    /// <summary>Name of the storage class that a claim will ask for; null where the default one is meant.</summary>
    public static string? StorageClassName(VolumeRestore wanted) =>
        wanted.Saved.ClaimSpec.Text("storageClassName");

    /// <summary>A storage class by name, the default one for null; null when there is none.</summary>
    public async Task<JsonObject?> StorageClassAsync(string? name, CancellationToken ct)
    {
        if (name is not null)
        {
            return name.Length == 0 ? null : await client.GetAsync(KnownKinds.StorageClass, null, name, ct);
        }

        // Of several the server takes the one that was made last.
        return (await client.ListAsync(new ListSelection(KnownKinds.StorageClass), ct))
            .Where(found => SnapshotLabels.Annotation(found, DefaultStorageClass) == "true")
            .OrderBy(found => found.CreatedAt()).ThenByDescending(found => found.NameOf(), StringComparer.Ordinal).LastOrDefault();
    }

    /// <summary>Whether a claim of a class is bound only once a pod uses it.</summary>
    public static bool WaitsForConsumer(JsonObject? storageClass) => storageClass?.Text("volumeBindingMode") == "WaitForFirstConsumer";
}
