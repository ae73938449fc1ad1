using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Snapshots;

/// <summary>Removes a VolumeSnapshot, its content and the data, however far each of them is.</summary>
/// <param name="client">The cluster.</param>
/// <param name="clock">Measures the pauses.</param>
internal sealed class SnapshotRemoval(ClusterClient client, TimeProvider clock)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly ContentPatches _contents = new(client);

    /// <summary>Ends when both are gone.</summary>
    /// <param name="namespace">Of the VolumeSnapshot.</param>
    /// <param name="name">Of the VolumeSnapshot.</param>
    /// <param name="uid">Of the VolumeSnapshot; another one of that name is not touched.</param>
    /// <param name="content">Name of its content where it is known.</param>
    /// <param name="ct">Stops the wait.</param>
    public async Task RunAsync(string @namespace, string name, string uid, string? content, CancellationToken ct)
    {
        while (true)
        {
            var snapshot = await client.GetAsync(SnapshotKinds.Snapshot, @namespace, name, ct);
            snapshot = snapshot?.UidOf() == uid ? snapshot : null;
            content ??= snapshot?.BoundContent();
            var bound = await ContentAsync(content ?? $"snapcontent-{uid}", uid, ct);
            if (snapshot is null && bound is null)
            {
                return;
            }

            await AdvanceAsync(snapshot, bound, ct);
            await Task.Delay(Pause, clock, ct);
        }
    }

    /// <summary>The content if it is that of the VolumeSnapshot with this UID.</summary>
    private async Task<JsonObject?> ContentAsync(string name, string uid, CancellationToken ct) =>
        await client.GetAsync(SnapshotKinds.Content, null, name, ct) is { } found && found.SnapshotRefOf().Text("uid") == uid
            ? found
            : null;

    private async Task AdvanceAsync(JsonObject? snapshot, JsonObject? content, CancellationToken ct)
    {
        // First the policy: a controller that sees the snapshot go acts on it.
        if (content is not null)
        {
            await _contents.ReleaseAsync(SnapshotKinds.Content, content, ct);
        }

        if (snapshot is not null)
        {
            if (!snapshot.IsTerminating())
            {
                await client.DeleteAsync(
                    SnapshotKinds.Snapshot, snapshot.NamespaceOf(), snapshot.NameOf(), snapshot.UidOf(), ct);
            }

            return;
        }

        // It may stay alone: the snapshot was gone before, or a controller acted on the policy that it remembered.
        if (content is not null && !content.IsTerminating())
        {
            await _contents.DeleteAsync(SnapshotKinds.Content, content, ct);
        }
    }
}
