using System.Text.Json.Nodes;
using RunAiDr.Core;
using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Snapshots;

/// <summary>Deletes groups, which storage deletes only as a whole: a member is marked, and the group goes with the last of them.</summary>
internal sealed class GroupDeletion(SnapshotTools tools, GroupSnapshotKinds kinds)
{
    /// <summary>Null when the cluster knows no groups.</summary>
    public static async Task<GroupDeletion?> OfAsync(SnapshotTools tools, CancellationToken ct) =>
        await tools.Client.PreferredVersionAsync(SnapshotKinds.GroupOfGroups, ct) is { } version
            ? new GroupDeletion(tools, GroupSnapshotKinds.At(version))
            : null;

    /// <summary>The VolumeGroupSnapshot that owns a VolumeSnapshot if that is ours; null when there is none.</summary>
    public async Task<JsonObject?> OwnerAsync(JsonObject snapshot, CancellationToken ct) =>
        snapshot.GroupOwnerOf()?.Text("name") is { } name
        && await tools.Client.GetAsync(kinds.Snapshot, snapshot.NamespaceOf(), name, ct) is { } group
        && group.UidOf() == snapshot.GroupUidOf() && SnapshotLabels.AreOurs(group)
            ? group
            : null;

    /// <summary>Whether nobody can refer to the members of a group yet.</summary>
    public async Task<bool> IsUnfinishedAsync(JsonObject group, CancellationToken ct) =>
        !GroupInventory.IsFinished(await tools.GroupRemoval.MembersAsync(IdentityOf(group), ct));

    /// <summary>A group whose taking or deletion did not end is listed by its own name; false when there is none.</summary>
    /// <exception cref="RunAiDrException">It is not ours, or does not go.</exception>
    public async Task<bool> TryDeleteAsync(string @namespace, string name, CancellationToken ct)
    {
        var group = await tools.Client.GetAsync(kinds.Snapshot, @namespace, name, ct);
        var contents = await tools.Client.ListAsync(new ListSelection(kinds.Content), ct);
        var content = contents.FirstOrDefault(c => group is null
            ? c.GroupRefOf().Text("namespace") == @namespace && c.GroupRefOf().Text("name") == name
            : c.GroupRefOf().Text("uid") == group.UidOf());
        if ((group ?? content) is not { } known)
        {
            return false;
        }

        SnapshotDeletion.RequireOurs(
            group is null ? $"VolumeGroupSnapshotContent {known.NameOf()}" : $"VolumeGroupSnapshot {@namespace}/{name}", known);
        var identity = group is null ? ReferredBy(known) : IdentityOf(group);
        await UnlabelAsync(group, identity, ct);
        await RemoveAsync(identity, content?.GroupHandleOf() is { } handle ? await MembersAsync(handle, ct) : [], ct);
        return true;
    }

    /// <summary>Marks a member, and deletes the group with the last of them.</summary>
    /// <exception cref="RunAiDrException">The group is not ours, or does not go.</exception>
    public async Task DeleteMemberAsync(JsonObject content, string handle, CancellationToken ct)
    {
        await tools.Contents.AnnotateAsync(SnapshotKinds.Content, content.NameOf(), SnapshotLabels.Unwanted, "true", ct);
        var members = await MembersAsync(handle, ct);
        if (!members.TrueForAll(SnapshotLabels.IsUnwanted))
        {
            return;
        }

        var contents = await tools.Client.ListAsync(new ListSelection(kinds.Content), ct);
        if (contents.FirstOrDefault(c => c.GroupHandleOf() == handle) is { } whole)
        {
            SnapshotDeletion.RequireOurs($"VolumeGroupSnapshotContent {whole.NameOf()}", whole);
            await RemoveAsync(ReferredBy(whole), members, ct);
            return;
        }

        await SweepAsync(members, ct);
    }

    /// <summary>Takes from the claims what a broken attempt has left on them: it would keep others from making a group.</summary>
    private async Task UnlabelAsync(JsonObject? group, GroupIdentity identity, CancellationToken ct)
    {
        var selector = group?.Map("spec")?.Map("source")?.Map("selector")?.Map("matchLabels");
        if (selector?.Text(SnapshotLabels.Group) is not { } value)
        {
            return;
        }

        var label = new ClaimLabel(tools.Client, identity.Namespace, value);
        foreach (var member in await tools.GroupRemoval.MembersAsync(identity, ct))
        {
            if (member.Map("spec")?.Map("source")?.Text("persistentVolumeClaimName") is { } claim)
            {
                await label.RemoveAsync(claim, ct);
            }
        }
    }

    /// <summary>Removes what an earlier deletion has left after the group's content.</summary>
    private async Task SweepAsync(List<JsonObject> members, CancellationToken ct)
    {
        foreach (var member in members)
        {
            var reference = member.SnapshotRefOf();
            var (@namespace, name) = (reference.Text("namespace") ?? "", reference.Text("name") ?? "");
            var snapshot = await tools.Client.GetAsync(SnapshotKinds.Snapshot, @namespace, name, ct);
            if (snapshot is not null && await OwnerAsync(snapshot, ct) is { } group)
            {
                await RemoveAsync(IdentityOf(group), members, ct);
                return;
            }

            await tools.Removal.RunAsync(@namespace, name, reference.Text("uid") ?? "", member.NameOf(), ct);
        }
    }

    private Task RemoveAsync(GroupIdentity group, List<JsonObject> members, CancellationToken ct) =>
        tools.GroupRemoval.RunAsync(group, members.Select(member => member.NameOf()), ct);

    private async Task<List<JsonObject>> MembersAsync(string handle, CancellationToken ct) =>
        [.. (await tools.Client.ListAsync(new ListSelection(SnapshotKinds.Content), ct)).Where(c => c.GroupHandleOf() == handle)];

    private GroupIdentity IdentityOf(JsonObject group) => new(kinds, group.NamespaceOf(), group.NameOf(), group.UidOf());

    private GroupIdentity ReferredBy(JsonObject content)
    {
        var reference = content.GroupRefOf();
        return new(kinds, reference.Text("namespace") ?? "", reference.Text("name") ?? "", reference.Text("uid") ?? "");
    }
}
