using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Snapshots;

/// <summary>Decides over the data of a snapshot: whether it goes with its objects. Works on contents of groups too.</summary>
internal sealed class ContentPatches(ClusterClient client)
{
    public const string Retain = "Retain";
    private const string Delete = "Delete";
    private const string BeingDeleted = "snapshot.storage.kubernetes.io/volumesnapshot-being-deleted";
    private const string GroupBeingDeleted = "groupsnapshot.storage.kubernetes.io/volumegroupsnapshot-being-deleted";

    /// <summary>From now on the data outlives its objects and its cluster; gives the content as stored.</summary>
    /// <exception cref="RunAiDr.Core.RunAiDrException">It did not take.</exception>
    public async Task<JsonObject> KeepAsync(ResourceKind kind, string name, JsonObject labels, CancellationToken ct)
    {
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject { ["labels"] = labels.DeepClone() },
            ["spec"] = new JsonObject { ["deletionPolicy"] = Retain },
        };

        // Read again: what an admission webhook or another controller makes of it counts.
        var stored = await client.PatchAsync(kind, null, name, patch, ct) is null ? null : await client.GetAsync(kind, null, name, ct);
        return stored?.PolicyOf() == Retain ? stored : throw SnapshotTarget.Failure(
            $"{kind.Kind} {name} did not take deletionPolicy Retain.",
            "Look for an admission policy or a controller that sets it back.");
    }

    /// <summary>From now on the data goes with the content.</summary>
    public Task ReleaseAsync(ResourceKind kind, JsonObject content, CancellationToken ct) => content.PolicyOf() == Delete
        ? Task.CompletedTask
        : client.PatchAsync(
            kind, null, content.NameOf(), new JsonObject { ["spec"] = new JsonObject { ["deletionPolicy"] = Delete } }, ct);

    /// <summary>Deletes a content whose VolumeSnapshot, or group, is gone.</summary>
    public async Task DeleteAsync(ResourceKind kind, JsonObject content, CancellationToken ct)
    {
        // The driver acts only on contents with this annotation; it is missing where no controller saw the snapshot go.
        var annotation = kind == SnapshotKinds.Content ? BeingDeleted : GroupBeingDeleted;
        await AnnotateAsync(kind, content.NameOf(), annotation, "yes", ct);
        await client.DeleteAsync(kind, null, content.NameOf(), content.UidOf(), ct);
    }

    public Task AnnotateAsync(ResourceKind kind, string content, string annotation, string value, CancellationToken ct) =>
        client.PatchAsync(
            kind,
            null,
            content,
            new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [annotation] = value } } },
            ct);
}
