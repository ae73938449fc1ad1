using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Snapshots;

/// <summary>The kinds that a volume snapshot is made of.</summary>
internal static class SnapshotKinds
{
    public const string Group = "snapshot.storage.k8s.io";
    public const string GroupOfGroups = "groupsnapshot.storage.k8s.io";
    private const string Version = "v1";

    public static readonly ResourceKind Snapshot = new(Group, Version, "VolumeSnapshot", "volumesnapshots", Namespaced: true);
    public static readonly ResourceKind Content =
        new(Group, Version, "VolumeSnapshotContent", "volumesnapshotcontents", Namespaced: false);
    public static readonly ResourceKind Class = new(Group, Version, "VolumeSnapshotClass", "volumesnapshotclasses", Namespaced: false);

    public static readonly ResourceKind Claim = new("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", Namespaced: true);
    public static readonly ResourceKind Volume = new("", "v1", "PersistentVolume", "persistentvolumes", Namespaced: false);
    public static readonly ResourceKind StatefulSet = new("apps", "v1", "StatefulSet", "statefulsets", Namespaced: true);

    /// <summary>Whether this is the version that the kinds above name.</summary>
    public static bool IsServed(string? version) => version == Version;
}

/// <summary>The kinds of group snapshots, in the version that the server prefers; they look the same in all of them.</summary>
internal sealed record GroupSnapshotKinds(ResourceKind Snapshot, ResourceKind Content, ResourceKind Class)
{
    public static GroupSnapshotKinds At(string version) => new(
        new(SnapshotKinds.GroupOfGroups, version, "VolumeGroupSnapshot", "volumegroupsnapshots", Namespaced: true),
        new(SnapshotKinds.GroupOfGroups, version, "VolumeGroupSnapshotContent", "volumegroupsnapshotcontents", Namespaced: false),
        new(SnapshotKinds.GroupOfGroups, version, "VolumeGroupSnapshotClass", "volumegroupsnapshotclasses", Namespaced: false));
}
