using System.Text.Json.Nodes;
using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Cluster.Snapshots;

/// <summary>Lists what runai-dr has made of a cluster, whatever became of it.</summary>
internal sealed class SnapshotInventory(ClusterClient client)
{
    public async Task<IReadOnlyList<OwnedSnapshot>> ReadAsync(string cluster, CancellationToken ct)
    {
        if (!SnapshotKinds.IsServed(await client.PreferredVersionAsync(SnapshotKinds.Group, ct)))
        {
            return [];
        }

        var selector = SnapshotLabels.SelectorOf(cluster);
        var snapshots = await client.ListAsync(new ListSelection(SnapshotKinds.Snapshot, LabelSelector: selector), ct);
        var contents = await client.ListAsync(new ListSelection(SnapshotKinds.Content, LabelSelector: selector), ct);
        var owned = new List<OwnedSnapshot>();
        foreach (var snapshot in snapshots)
        {
            var content = contents.FirstOrDefault(c => c.SnapshotRefOf().Text("uid") == snapshot.UidOf())
                ?? await ContentAsync(snapshot, ct);
            AddUnlessUnwanted(owned, snapshot, content, DefectOf(snapshot, content));
        }

        var uids = snapshots.Select(snapshot => snapshot.UidOf()).ToHashSet(StringComparer.Ordinal);
        foreach (var content in contents.Where(c => !uids.Contains(c.SnapshotRefOf().Text("uid") ?? "")))
        {
            AddUnlessUnwanted(owned, null, content, $"its VolumeSnapshot is gone; VolumeSnapshotContent {content.NameOf()} "
                + (SnapshotCheck.ContentDefectOf(content) ?? "still holds the data"));
        }

        owned.AddRange(await UnfinishedGroupsAsync(selector, snapshots, ct));
        return [.. owned.OrderBy(one => one.Location, StringComparer.Ordinal)];
    }

    private async Task<JsonObject?> ContentAsync(JsonObject snapshot, CancellationToken ct) =>
        snapshot.BoundContent() is { } name ? await client.GetAsync(SnapshotKinds.Content, null, name, ct) : null;

    private static string? DefectOf(JsonObject snapshot, JsonObject? content) =>
        SnapshotCheck.DefectOf(snapshot) is { } defect ? $"its VolumeSnapshot {defect}"
        : content is null ? "its VolumeSnapshotContent is gone"
        : SnapshotCheck.ContentDefectOf(content) is { } bad ? $"its VolumeSnapshotContent {content.NameOf()} {bad}"
        : null;

    /// <summary>A member of a group that is marked for deletion already is no news.</summary>
    private static void AddUnlessUnwanted(List<OwnedSnapshot> owned, JsonObject? snapshot, JsonObject? content, string? defect)
    {
        if (content is not null && SnapshotLabels.Annotation(content, SnapshotLabels.Unwanted) is not null)
        {
            return;
        }

        var (labelled, reference) = (snapshot ?? content ?? [], content?.SnapshotRefOf() ?? []);
        owned.Add(new OwnedSnapshot(
            snapshot is null
                ? $"{reference.Text("namespace")}/{reference.Text("name")}"
                : $"{snapshot.NamespaceOf()}/{snapshot.NameOf()}",
            SnapshotLabels.Label(labelled, SnapshotLabels.Checkpoint) ?? "",
            SnapshotLabels.ComponentOf(labelled),
            content?.CutAt() ?? snapshot?.CreatedAt(),
            content?.BytesOf(),
            defect));
    }

    /// <summary>Group snapshots none of whose members became ours: the attempt did not end.</summary>
    private async Task<IEnumerable<OwnedSnapshot>> UnfinishedGroupsAsync(
        string selector, IReadOnlyList<JsonObject> snapshots, CancellationToken ct)
    {
        if (await client.PreferredVersionAsync(SnapshotKinds.GroupOfGroups, ct) is not { } version)
        {
            return [];
        }

        var finished = snapshots.Select(snapshot => snapshot.GroupUidOf()).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var groups = await client.ListAsync(
            new ListSelection(GroupSnapshotKinds.At(version).Snapshot, LabelSelector: selector), ct);
        return groups.Where(group => !finished.Contains(group.UidOf())).Select(group => new OwnedSnapshot(
            $"{group.NamespaceOf()}/{group.NameOf()}",
            SnapshotLabels.Label(group, SnapshotLabels.Checkpoint) ?? "",
            SnapshotComponent.Database,
            group.CreatedAt(),
            null,
            $"VolumeGroupSnapshot {group.NamespaceOf()}/{group.NameOf()} was not finished"
                + (group.ErrorOf() is { } error ? $": {error}" : "")));
    }
}
