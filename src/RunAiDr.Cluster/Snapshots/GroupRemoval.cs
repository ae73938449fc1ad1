using System.Text.Json.Nodes;
using RunAiDr.Core.Export;

namespace RunAiDr.Cluster.Snapshots;

/// <summary>A VolumeGroupSnapshot; its content and its members are known by it.</summary>
/// <param name="Kinds">The API.</param>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name.</param>
/// <param name="Uid">Its UID; another one of that name is not touched.</param>
internal sealed record GroupIdentity(GroupSnapshotKinds Kinds, string Namespace, string Name, string Uid)
{
    /// <summary>The name that the controller gives the content.</summary>
    public string Content => $"groupsnapcontent-{Uid}";
}

/// <summary>Removes a group snapshot with its content, its members, their contents and the data.</summary>
internal sealed class GroupRemoval(ClusterClient client, TimeProvider clock)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly ContentPatches _contents = new(client);

    /// <summary>Ends when all are gone.</summary>
    /// <param name="group">Which.</param>
    /// <param name="known">Names of contents of members where they are known.</param>
    /// <param name="ct">Stops the wait.</param>
    public async Task RunAsync(GroupIdentity group, IEnumerable<string> known, CancellationToken ct)
    {
        var names = known.ToHashSet(StringComparer.Ordinal);
        while (true)
        {
            var found = await client.GetAsync(group.Kinds.Snapshot, group.Namespace, group.Name, ct);
            found = found?.UidOf() == group.Uid ? found : null;
            var content = await client.GetAsync(group.Kinds.Content, null, group.Content, ct);
            var members = await MembersAsync(group, ct);
            names.UnionWith(members.Select(member => member.BoundContent()).OfType<string>());
            var contents = await ReadAsync(names, ct);
            if (found is null && content is null && members.Count == 0 && contents.Count == 0)
            {
                return;
            }

            await ReleaseAsync(group, content, contents, ct);
            await (found is null ? SweepAsync(group, content, (members, contents), ct) : DeleteAsync(group, found, ct));
            await Task.Delay(Pause, clock, ct);
        }
    }

    /// <summary>The VolumeSnapshots that the controller has made for a group.</summary>
    public async Task<List<JsonObject>> MembersAsync(GroupIdentity group, CancellationToken ct) =>
        [.. (await client.ListAsync(new ListSelection(SnapshotKinds.Snapshot, group.Namespace), ct))
            .Where(snapshot => snapshot.GroupUidOf() == group.Uid)];

    private async Task<List<JsonObject>> ReadAsync(IEnumerable<string> names, CancellationToken ct)
    {
        var found = new List<JsonObject>();
        foreach (var name in names)
        {
            if (await client.GetAsync(SnapshotKinds.Content, null, name, ct) is { } content)
            {
                found.Add(content);
            }
        }

        return found;
    }

    private async Task ReleaseAsync(GroupIdentity group, JsonObject? content, List<JsonObject> contents, CancellationToken ct)
    {
        foreach (var member in contents)
        {
            await _contents.ReleaseAsync(SnapshotKinds.Content, member, ct);
        }

        if (content is not null)
        {
            await _contents.ReleaseAsync(group.Kinds.Content, content, ct);
        }
    }

    private async Task DeleteAsync(GroupIdentity group, JsonObject found, CancellationToken ct)
    {
        if (!found.IsTerminating())
        {
            await client.DeleteAsync(group.Kinds.Snapshot, group.Namespace, group.Name, group.Uid, ct);
        }
    }

    /// <summary>Deletes what stays although the group is gone.</summary>
    private async Task SweepAsync(
        GroupIdentity group, JsonObject? content, (List<JsonObject> Members, List<JsonObject> Contents) rest, CancellationToken ct)
    {
        foreach (var member in rest.Members.Where(member => !member.IsTerminating()))
        {
            await client.DeleteAsync(SnapshotKinds.Snapshot, group.Namespace, member.NameOf(), member.UidOf(), ct);
        }

        foreach (var left in rest.Contents.Where(left => !left.IsTerminating() && rest.Members.Count == 0))
        {
            await _contents.DeleteAsync(SnapshotKinds.Content, left, ct);
        }

        if (content is not null && !content.IsTerminating())
        {
            await _contents.DeleteAsync(group.Kinds.Content, content, ct);
        }
    }
}
