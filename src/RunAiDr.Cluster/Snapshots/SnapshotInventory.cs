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

        // All of them: a member whose labels somebody has taken away still keeps its group.
        var all = await client.ListAsync(new ListSelection(SnapshotKinds.Content), ct);
        var contents = all.Where(content => SnapshotLabels.AreOurs(content, cluster)).ToList();
        var broken = await new GroupInventory(client).ReadAsync(selector, all, ct);
        var found = new List<(JsonObject? Snapshot, JsonObject? Content, string? Defect)>();
        foreach (var snapshot in snapshots)
        {
            var content = contents.FirstOrDefault(c => c.SnapshotRefOf().Text("uid") == snapshot.UidOf())
                ?? await ContentAsync(snapshot, ct);
            found.Add((snapshot, content, DefectOf(snapshot, content)));
        }

        var uids = snapshots.Select(snapshot => snapshot.UidOf()).ToHashSet(StringComparer.Ordinal);
        found.AddRange(contents.Where(c => !uids.Contains(c.SnapshotRefOf().Text("uid") ?? "")).Select(content => (
            (JsonObject?)null, (JsonObject?)content, (string?)DefectWithoutSnapshot(content))));
        return
        [
            .. found.Where(one => !broken.Any(group => group.Holds(one.Snapshot, one.Content)) && !IsNoNews(one.Content, all))
                .Select(one => Owned(one.Snapshot, one.Content, one.Defect))
                .Concat(broken.Select(group => group.Listed))
                .OrderBy(one => one.Location, StringComparer.Ordinal),
        ];
    }

    private async Task<JsonObject?> ContentAsync(JsonObject snapshot, CancellationToken ct) =>
        snapshot.BoundContent() is { } name ? await client.GetAsync(SnapshotKinds.Content, null, name, ct) : null;

    private static string? DefectOf(JsonObject snapshot, JsonObject? content) =>
        SnapshotCheck.DefectOf(snapshot) is { } defect ? $"its VolumeSnapshot {defect}"
        : content is null ? "its VolumeSnapshotContent is gone"
        : SnapshotCheck.ContentDefectOf(content) is { } bad ? $"its VolumeSnapshotContent {content.NameOf()} {bad}"
        : null;

    private static string DefectWithoutSnapshot(JsonObject content) =>
        $"its VolumeSnapshot is gone; VolumeSnapshotContent {content.NameOf()} "
        + (SnapshotCheck.ContentDefectOf(content) ?? "still holds the data");

    /// <summary>A member of a group that is to go is listed no more while another one keeps the group.</summary>
    private static bool IsNoNews(JsonObject? content, IEnumerable<JsonObject> contents) =>
        content is not null && SnapshotLabels.IsUnwanted(content)
        && contents.Any(other => other.GroupHandleOf() == content.GroupHandleOf() && !SnapshotLabels.IsUnwanted(other));

    private static OwnedSnapshot Owned(JsonObject? snapshot, JsonObject? content, string? defect)
    {
        var (labelled, reference) = (snapshot ?? content ?? [], content?.SnapshotRefOf() ?? []);
        return new OwnedSnapshot(
            snapshot is null
                ? $"{reference.Text("namespace")}/{reference.Text("name")}"
                : $"{snapshot.NamespaceOf()}/{snapshot.NameOf()}",
            SnapshotLabels.Label(labelled, SnapshotLabels.Checkpoint) ?? "",
            SnapshotLabels.ComponentOf(labelled),
            content?.CutAt() ?? snapshot?.CreatedAt(),
            content?.BytesOf(),
            content is not null && SnapshotLabels.IsUnwanted(content) ? GroupInventory.Unended : defect);
    }
}
