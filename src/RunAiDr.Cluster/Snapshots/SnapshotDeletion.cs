using System.Text.Json.Nodes;
using RunAiDr.Core;
using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Snapshots;

/// <summary>Deletes what a location names, if it is ours, and waits until its data can be taken for gone.</summary>
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

    public static void RequireOurs(string what, JsonObject body)
    {
        if (!SnapshotLabels.AreOurs(body))
        {
            throw SnapshotTarget.Failure(
                $"{what} was not made by runai-dr and is not deleted.", "Delete it by hand if nobody needs it.");
        }
    }

    private async Task<bool> FindAndDeleteAsync(string @namespace, string name, CancellationToken ct)
    {
        var groups = await GroupDeletion.OfAsync(tools, ct);
        if (await tools.Client.GetAsync(SnapshotKinds.Snapshot, @namespace, name, ct) is { } snapshot)
        {
            await DeleteAsync(snapshot, groups, ct);
            return true;
        }

        var contents = await tools.Client.ListAsync(new ListSelection(SnapshotKinds.Content), ct);
        var left = contents.FirstOrDefault(
            c => c.SnapshotRefOf().Text("namespace") == @namespace && c.SnapshotRefOf().Text("name") == name);
        if (left is null)
        {
            return groups is not null && await groups.TryDeleteAsync(@namespace, name, ct);
        }

        RequireOurs($"VolumeSnapshotContent {left.NameOf()}", left);
        await (groups is not null && left.GroupHandleOf() is { } handle
            ? groups.DeleteMemberAsync(left, handle, ct)
            : tools.Removal.RunAsync(@namespace, name, left.SnapshotRefOf().Text("uid") ?? "", left.NameOf(), ct));
        return true;
    }

    private async Task DeleteAsync(JsonObject snapshot, GroupDeletion? groups, CancellationToken ct)
    {
        var (@namespace, name) = (snapshot.NamespaceOf(), snapshot.NameOf());
        if (groups is not null && await groups.OwnerAsync(snapshot, ct) is { } group)
        {
            if (await groups.IsUnfinishedAsync(group, ct))
            {
                await groups.TryDeleteAsync(@namespace, group.NameOf(), ct);
                return;
            }
        }
        else
        {
            RequireOurs($"VolumeSnapshot {@namespace}/{name}", snapshot);
        }

        var content = snapshot.BoundContent() is { } bound
            ? await tools.Client.GetAsync(SnapshotKinds.Content, null, bound, ct)
            : null;
        await (groups is not null && content?.GroupHandleOf() is { } handle
            ? groups.DeleteMemberAsync(content, handle, ct)
            : tools.Removal.RunAsync(@namespace, name, snapshot.UidOf(), content?.NameOf(), ct));
    }
}
