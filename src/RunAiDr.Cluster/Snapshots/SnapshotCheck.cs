using System.Text.Json.Nodes;
using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Cluster.Snapshots;

/// <summary>Tells whether the objects of a reference still stand for its data. The storage itself cannot be asked.</summary>
internal sealed class SnapshotCheck(ClusterClient client)
{
    /// <summary>What is wrong; null when nothing is.</summary>
    public async Task<string?> RunAsync(CsiSnapshot reference, CancellationToken ct)
    {
        if (!SnapshotKinds.IsServed(await client.PreferredVersionAsync(SnapshotKinds.Group, ct)))
        {
            return $"the cluster does not serve {SnapshotKinds.Snapshot.ApiVersion} (any more)";
        }

        var what = $"VolumeSnapshot {reference.Namespace}/{reference.Name}";
        if (await client.GetAsync(SnapshotKinds.Snapshot, reference.Namespace, reference.Name, ct) is not { } snapshot)
        {
            return await WithoutSnapshotAsync(what, reference, ct);
        }

        var defect = DefectOf(snapshot);
        if (defect is not null)
        {
            return $"{what} {defect}";
        }

        var name = snapshot.BoundContent() ?? reference.Content;
        return await client.GetAsync(SnapshotKinds.Content, null, name, ct) is not { } content
            ? $"VolumeSnapshotContent {name} of {what} is gone"
            : Mismatch(what, snapshot, content, reference)
                ?? (ContentDefectOf(content) is { } bad
                    ? $"VolumeSnapshotContent {name} {bad}"
                    : await GroupDefectAsync(reference, ct));
    }

    /// <summary>The data of a member goes when its group's content does.</summary>
    private async Task<string?> GroupDefectAsync(CsiSnapshot reference, CancellationToken ct)
    {
        if (reference.GroupSnapshotHandle is not { } handle)
        {
            return null;
        }

        var groups = await client.PreferredVersionAsync(SnapshotKinds.GroupOfGroups, ct) is { } version
            ? await client.ListAsync(new ListSelection(GroupSnapshotKinds.At(version).Content), ct)
            : [];
        return groups.FirstOrDefault(content => content.GroupHandleOf() == handle) switch
        {
            null => $"the VolumeGroupSnapshotContent of its group {handle} is gone; the data may be too",
            var group when group.IsTerminating() || group.PolicyOf() != ContentPatches.Retain =>
                $"VolumeGroupSnapshotContent {group.NameOf()} is being deleted or is not retained: the data goes with it",
            _ => null,
        };
    }

    /// <summary>Why nothing can be made from a VolumeSnapshot, as far as it tells itself.</summary>
    public static string? DefectOf(JsonObject snapshot) => snapshot switch
    {
        _ when snapshot.IsTerminating() => "is being deleted",
        _ when snapshot.IsReady() => null,
        _ => $"is not ready to use{(snapshot.ErrorOf() is { } error ? $": {error}" : "")}",
    };

    /// <summary>Why the data of a content is gone or may go.</summary>
    public static string? ContentDefectOf(JsonObject content) => content switch
    {
        _ when content.IsTerminating() => "is being deleted",
        _ when SnapshotLabels.IsUnwanted(content) =>
            "is to be deleted with the rest of its group",
        _ when content.HandleOf() is null => $"has no snapshot yet{(content.ErrorOf() is { } error ? $": {error}" : "")}",
        _ when content.PolicyOf() != ContentPatches.Retain =>
            $"has deletionPolicy {content.PolicyOf()}: the data goes with the objects of the cluster",
        _ => null,
    };

    private static string? Mismatch(string what, JsonObject snapshot, JsonObject content, CsiSnapshot reference) => content switch
    {
        _ when content.SnapshotRefOf().Text("uid") != snapshot.UidOf() =>
            $"{what} and VolumeSnapshotContent {content.NameOf()} are not bound to each other",
        _ when content.HandleOf() is { } handle && handle != reference.SnapshotHandle =>
            $"{what} holds snapshot {handle}, not {reference.SnapshotHandle}: it was replaced",
        _ => null,
    };

    private async Task<string> WithoutSnapshotAsync(string what, CsiSnapshot reference, CancellationToken ct)
    {
        var contents = await client.ListAsync(new ListSelection(SnapshotKinds.Content), ct);
        var holder = contents.FirstOrDefault(content =>
            content.HandleOf() == reference.SnapshotHandle && content.Map("spec")?.Text("driver") == reference.Driver);
        if (holder is null)
        {
            return $"{what} and its content were deleted behind our back: nothing in the cluster knows snapshot "
                + reference.SnapshotHandle;
        }

        var defect = ContentDefectOf(holder) is { } bad ? $"; it {bad}" : "";
        return $"{what} is gone, but VolumeSnapshotContent {holder.NameOf()} still holds snapshot "
            + $"{reference.SnapshotHandle}{defect}";
    }
}
