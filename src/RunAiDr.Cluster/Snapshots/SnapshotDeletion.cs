using System.Text.Json.Nodes;
using RunAiDr.Core;
using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Snapshots;

/// <summary>
/// Deletes what a location names, if it is ours, and waits until its data can be taken for gone. Storage deletes a group
/// only as a whole: a member is marked, and the group goes with the last of them.
/// </summary>
internal sealed class SnapshotDeletion(SnapshotTools tools)
{
    /// <summary>False when nothing is there.</summary>
    /// <exception cref="RunAiDrException">It is not ours, or does not go.</exception>
    public async Task<bool> RunAsync(string location, CancellationToken ct)
    {
        var slash = location.IndexOf('/', StringComparison.Ordinal);
        var (@namespace, name) = slash > 0
            ? (location[..slash], location[(slash + 1)..])
            : throw SnapshotTarget.Failure(
                $"{location} is no location of a volume snapshot.", "It is <namespace>/<VolumeSnapshot>.");
        if (!SnapshotKinds.IsServed(await tools.Client.PreferredVersionAsync(SnapshotKinds.Group, ct)))
        {
            return false;
        }

        using var late = new CancellationTokenSource(tools.Options.Timeout, tools.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, late.Token);
        try
        {
            return await FindAndDeleteAsync(@namespace, name, either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw SnapshotTarget.Failure(
                $"VolumeSnapshot {location} is still there {tools.Options.Timeout.TotalSeconds:0} s after its deletion.",
                "See its events: a claim may still be filled from it, or the driver may not be able to delete its data.");
        }
    }

    private async Task<bool> FindAndDeleteAsync(string @namespace, string name, CancellationToken ct)
    {
        if (await tools.Client.GetAsync(SnapshotKinds.Snapshot, @namespace, name, ct) is { } snapshot)
        {
            RequireOurs($"VolumeSnapshot {@namespace}/{name}", snapshot);
            var content = snapshot.BoundContent() is { } bound
                ? await tools.Client.GetAsync(SnapshotKinds.Content, null, bound, ct)
                : null;
            await DeleteAsync(@namespace, name, snapshot.UidOf(), content, ct);
            return true;
        }

        var contents = await tools.Client.ListAsync(new ListSelection(SnapshotKinds.Content), ct);
        var left = contents.FirstOrDefault(
            c => c.SnapshotRefOf().Text("namespace") == @namespace && c.SnapshotRefOf().Text("name") == name);
        if (left is null)
        {
            return await TryDeleteGroupAsync(@namespace, name, ct);
        }

        RequireOurs($"VolumeSnapshotContent {left.NameOf()}", left);
        await DeleteAsync(@namespace, name, left.SnapshotRefOf().Text("uid") ?? "", left, ct);
        return true;
    }

    private static void RequireOurs(string what, JsonObject body)
    {
        if (!SnapshotLabels.AreOurs(body))
        {
            throw SnapshotTarget.Failure(
                $"{what} was not made by runai-dr and is not deleted.", "Delete it by hand if nobody needs it.");
        }
    }

    private async Task DeleteAsync(string @namespace, string name, string uid, JsonObject? content, CancellationToken ct)
    {
        if (content?.GroupHandleOf() is { } handle
            && await tools.Client.PreferredVersionAsync(SnapshotKinds.GroupOfGroups, ct) is { } version)
        {
            await DeleteMemberAsync(GroupSnapshotKinds.At(version), content, handle, ct);
            return;
        }

        await tools.Removal.RunAsync(@namespace, name, uid, content?.NameOf(), ct);
    }

    private async Task DeleteMemberAsync(GroupSnapshotKinds kinds, JsonObject content, string handle, CancellationToken ct)
    {
        await tools.Contents.AnnotateAsync(SnapshotKinds.Content, content.NameOf(), SnapshotLabels.Unwanted, "true", ct);
        var members = (await tools.Client.ListAsync(new ListSelection(SnapshotKinds.Content), ct))
            .Where(c => c.GroupHandleOf() == handle).ToList();
        if (members.Exists(member => SnapshotLabels.Annotation(member, SnapshotLabels.Unwanted) is null))
        {
            return;
        }

        var groups = await tools.Client.ListAsync(new ListSelection(kinds.Content), ct);
        var group = groups.FirstOrDefault(c => c.GroupHandleOf() == handle);
        if (group is null)
        {
            throw SnapshotTarget.Failure(
                $"The VolumeGroupSnapshotContent of group {handle} is gone, without which the driver does not delete its snapshots.",
                "Delete the snapshots of the group in the storage system, then their VolumeSnapshotContents.");
        }

        RequireOurs($"VolumeGroupSnapshotContent {group.NameOf()}", group);
        var reference = group.Map("spec")?.Map("volumeGroupSnapshotRef") ?? [];
        await tools.GroupRemoval.RunAsync(
            new GroupIdentity(kinds, reference.Text("namespace") ?? "", reference.Text("name") ?? "", reference.Text("uid") ?? ""),
            members.Select(member => member.NameOf()),
            ct);
    }

    /// <summary>A group whose attempt did not end is listed by its own name.</summary>
    private async Task<bool> TryDeleteGroupAsync(string @namespace, string name, CancellationToken ct)
    {
        if (await tools.Client.PreferredVersionAsync(SnapshotKinds.GroupOfGroups, ct) is not { } version)
        {
            return false;
        }

        var kinds = GroupSnapshotKinds.At(version);
        if (await tools.Client.GetAsync(kinds.Snapshot, @namespace, name, ct) is not { } group)
        {
            return false;
        }

        RequireOurs($"VolumeGroupSnapshot {@namespace}/{name}", group);
        await tools.GroupRemoval.RunAsync(new GroupIdentity(kinds, @namespace, name, group.UidOf()), [], ct);
        return true;
    }
}
