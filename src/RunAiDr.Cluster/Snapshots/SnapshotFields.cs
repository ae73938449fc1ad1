using System.Globalization;
using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Snapshots;

/// <summary>Reads what snapshots, their contents and groups have in common.</summary>
internal static class SnapshotFields
{
    public static string NameOf(this JsonObject body) => body.Map("metadata")?.Text("name") ?? "";

    public static string NamespaceOf(this JsonObject body) => body.Map("metadata")?.Text("namespace") ?? "";

    public static string UidOf(this JsonObject body) => body.Map("metadata")?.Text("uid") ?? "";

    public static bool IsTerminating(this JsonObject body) => body.Map("metadata")?["deletionTimestamp"] is not null;

    public static bool IsReady(this JsonObject body) => body.Map("status")?.IsTrue("readyToUse") == true;

    /// <summary>What the driver complained of last.</summary>
    public static string? ErrorOf(this JsonObject body) => body.Map("status")?.Map("error")?.Text("message");

    /// <summary>
    /// Of a content, also of a group: whether the driver was asked to cut it and may still be at it. It is not after a
    /// success or an error that says that nothing was cut.
    /// </summary>
    public static bool IsBeingCut(this JsonObject content) =>
        SnapshotLabels.Annotation(content, "snapshot.storage.kubernetes.io/volumesnapshot-being-created") is not null
        || SnapshotLabels.Annotation(content, "groupsnapshot.storage.kubernetes.io/volumegroupsnapshot-being-created") is not null;

    /// <summary>Name of the content that a VolumeSnapshot is bound to.</summary>
    public static string? BoundContent(this JsonObject snapshot) => snapshot.Map("status")?.Text("boundVolumeSnapshotContentName");

    /// <summary>Of a content: the storage system's id, whether it was cut for it or came with it.</summary>
    public static string? HandleOf(this JsonObject content) =>
        content.Map("status")?.Text("snapshotHandle") ?? content.Map("spec")?.Map("source")?.Text("snapshotHandle");

    public static string? GroupHandleOf(this JsonObject content) => content.Map("status")?.Text("volumeGroupSnapshotHandle");

    public static string PolicyOf(this JsonObject content) => content.Map("spec")?.Text("deletionPolicy") ?? "";

    /// <summary>The VolumeSnapshot that a content is for.</summary>
    public static JsonObject SnapshotRefOf(this JsonObject content) => content.Map("spec")?.Map("volumeSnapshotRef") ?? [];

    public static long? BytesOf(this JsonObject content) => Integer(content.Map("status")?["restoreSize"]);

    /// <summary>Of a content: when the storage cut it. The field counts nanoseconds; a tick is a hundred.</summary>
    public static DateTimeOffset? CutAt(this JsonObject content) =>
        Integer(content.Map("status")?["creationTime"]) is { } nanoseconds
            ? DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / TimeSpan.NanosecondsPerTick)
            : null;

    /// <summary>The VolumeGroupSnapshot that a VolumeGroupSnapshotContent is for.</summary>
    public static JsonObject GroupRefOf(this JsonObject content) => content.Map("spec")?.Map("volumeGroupSnapshotRef") ?? [];

    /// <summary>The VolumeGroupSnapshot that a VolumeSnapshot is a member of.</summary>
    public static JsonObject? GroupOwnerOf(this JsonObject snapshot) => snapshot.Map("metadata")?.Maps("ownerReferences")
        .FirstOrDefault(owner => owner.Text("kind") == "VolumeGroupSnapshot");

    public static string? GroupUidOf(this JsonObject snapshot) => snapshot.GroupOwnerOf()?.Text("uid");

    public static DateTimeOffset? CreatedAt(this JsonObject body) => DateTimeOffset.TryParse(
        body.Map("metadata")?.Text("creationTimestamp"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : null;

    private static long? Integer(JsonNode? node) => node is JsonValue value && value.TryGetValue<long>(out var number) ? number : null;
}
