using System.Text.Json.Nodes;
using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Cluster.Snapshots;

/// <summary>Finds the groups whose taking or deletion did not end.</summary>
internal sealed class GroupInventory(ClusterClient client)
{
    /// <summary>Why a group, or what is left of it, is listed although all its members are to go.</summary>
    public const string Unended = "its deletion did not end";

    /// <summary>Groups that a selector finds.</summary>
    /// <param name="selector">Of what is ours.</param>
    /// <param name="contents">All VolumeSnapshotContents.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<IReadOnlyList<BrokenGroup>> ReadAsync(
        string selector, IReadOnlyList<JsonObject> contents, CancellationToken ct)
    {
        if (await client.PreferredVersionAsync(SnapshotKinds.GroupOfGroups, ct) is not { } version)
        {
            return [];
        }

        var kinds = GroupSnapshotKinds.At(version);
        var groups = await client.ListAsync(new ListSelection(kinds.Snapshot, LabelSelector: selector), ct);
        var whole = await client.ListAsync(new ListSelection(kinds.Content, LabelSelector: selector), ct);
        var members = await MembersAsync(groups, ct);
        var broken = new List<BrokenGroup>();
        foreach (var group in groups)
        {
            var handle = whole.FirstOrDefault(content => content.GroupRefOf().Text("uid") == group.UidOf())?.GroupHandleOf();
            if (DefectOf(group, members[group.UidOf()], IsUnwanted(handle, contents)) is { } defect)
            {
                broken.Add(new BrokenGroup(Listed(group, group.NamespaceOf(), group.NameOf(), defect), group.UidOf(), handle));
            }
        }

        var uids = groups.Select(group => group.UidOf()).ToHashSet(StringComparer.Ordinal);
        foreach (var content in whole.Where(c => !uids.Contains(c.GroupRefOf().Text("uid") ?? "")))
        {
            // Members that are wanted speak for themselves: their data is there as long as this content is.
            var (handle, reference) = (content.GroupHandleOf(), content.GroupRefOf());
            if (IsUnwanted(handle, contents) || !contents.Any(member => member.GroupHandleOf() == handle))
            {
                var listed = Listed(content, reference.Text("namespace") ?? "", reference.Text("name") ?? "", Unended);
                broken.Add(new BrokenGroup(listed, reference.Text("uid") ?? "", handle));
            }
        }

        return broken;
    }

    /// <summary>A group is finished once each VolumeSnapshot that it owns is ours.</summary>
    public static bool IsFinished(IEnumerable<JsonObject> members)
    {
        var all = members.ToList();
        return all.Count > 0 && all.TrueForAll(SnapshotLabels.AreOurs);
    }

    private static string? DefectOf(JsonObject group, IEnumerable<JsonObject> members, bool unwanted)
    {
        var finished = IsFinished(members);
        if (finished && !unwanted)
        {
            return null;
        }

        return unwanted || group.IsTerminating()
            ? Unended
            : $"VolumeGroupSnapshot {group.NamespaceOf()}/{group.NameOf()} was not finished"
                + (group.ErrorOf() is { } error ? $": {error}" : "");
    }

    private static OwnedSnapshot Listed(JsonObject labelled, string @namespace, string name, string defect) => new(
        $"{@namespace}/{name}",
        SnapshotLabels.Label(labelled, SnapshotLabels.Checkpoint) ?? "",
        SnapshotComponent.Database,
        labelled.CreatedAt(),
        null,
        defect);

    private static bool IsUnwanted(string? handle, IEnumerable<JsonObject> contents)
    {
        var members = contents.Where(content => handle is not null && content.GroupHandleOf() == handle).ToList();
        return members.Count > 0 && members.TrueForAll(SnapshotLabels.IsUnwanted);
    }

    /// <summary>The VolumeSnapshots of groups by their UIDs, ours or not.</summary>
    private async Task<ILookup<string, JsonObject>> MembersAsync(IReadOnlyList<JsonObject> groups, CancellationToken ct)
    {
        var found = new List<JsonObject>();
        foreach (var @namespace in groups.Select(group => group.NamespaceOf()).Distinct(StringComparer.Ordinal))
        {
            found.AddRange(await client.ListAsync(new ListSelection(SnapshotKinds.Snapshot, @namespace), ct));
        }

        return found.ToLookup(snapshot => snapshot.GroupUidOf() ?? "", StringComparer.Ordinal);
    }
}
