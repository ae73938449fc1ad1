using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Snapshots.Restoring;

/// <summary>
/// The VolumeSnapshot of a handle that came with a reference, and its content. What an earlier run left in error is made
/// again, as drivers ask their storage for a handle more and more seldom.
/// </summary>
internal sealed class RestoredSnapshot(VolumeTools tools)
{
    private readonly ContentPatches _contents = new(tools.Client);
    private readonly HashSet<string> _unwanted = new(StringComparer.Ordinal);
    private bool _looked;

    public string Name { get; } = RestoredNames.SnapshotOf(tools.Wanted);

    private string What => $"VolumeSnapshot {tools.Wanted.Namespace}/{Name} of snapshot {tools.Wanted.Saved.SnapshotHandle}";

    /// <summary>The content once both are bound to each other and usable.</summary>
    /// <exception cref="RunAiDr.Core.RunAiDrException">They did not become so.</exception>
    public Task<JsonObject> ReadyAsync(CancellationToken ct) => tools.SnapshotWait.UntilAsync(
        What, LookAsync, step => tools.Report($"{What}: {step}"), ct);

    public JsonObject Snapshot(string? snapshotClass) => WithClass(snapshotClass, new JsonObject
    {
        ["apiVersion"] = SnapshotKinds.Snapshot.ApiVersion,
        ["kind"] = SnapshotKinds.Snapshot.Kind,
        ["metadata"] = new JsonObject
        {
            ["name"] = Name,
            ["namespace"] = tools.Wanted.Namespace,
            ["labels"] = RestoredNames.LabelsOf(tools.Wanted),
        },
        ["spec"] = new JsonObject { ["source"] = new JsonObject { ["volumeSnapshotContentName"] = Name } },
    });

    public JsonObject Content(string? snapshotClass)
    {
        var body = WithClass(snapshotClass, new JsonObject
        {
            ["apiVersion"] = SnapshotKinds.Content.ApiVersion,
            ["kind"] = SnapshotKinds.Content.Kind,
            ["metadata"] = new JsonObject { ["name"] = Name, ["labels"] = RestoredNames.LabelsOf(tools.Wanted) },
            ["spec"] = new JsonObject
            {
                ["deletionPolicy"] = ContentPatches.Retain,
                ["driver"] = tools.Wanted.Saved.Driver,
                ["source"] = new JsonObject { ["snapshotHandle"] = tools.Wanted.Saved.SnapshotHandle },
                ["volumeSnapshotRef"] = new JsonObject { ["name"] = Name, ["namespace"] = tools.Wanted.Namespace },
            },
        });
        if (tools.Wanted.Saved.ClaimSpec.Text("volumeMode") is { } mode)
        {
            body["spec"]?.AsObject().Add("sourceVolumeMode", mode);
        }

        return body;
    }

    // A class that is not there would be an error; without one the driver gets no credentials, which most do not need.
    private static JsonObject WithClass(string? name, JsonObject body)
    {
        if (name is not null)
        {
            body["spec"]?.AsObject().Add("volumeSnapshotClassName", name);
        }

        return body;
    }

    private async Task<Sight<JsonObject>> LookAsync(CancellationToken ct)
    {
        var content = await tools.Client.GetAsync(SnapshotKinds.Content, null, Name, ct);
        var snapshot = await tools.Client.GetAsync(SnapshotKinds.Snapshot, tools.Wanted.Namespace, Name, ct);
        RequireOurs(content, snapshot);
        if (!_looked)
        {
            Condemn(content, snapshot);
            _looked = true;
        }

        if (await DiscardAsync(content, snapshot, ct))
        {
            return default;
        }

        if (content is null || snapshot is null)
        {
            var found = await new TargetClasses(tools.Client).SnapshotClassAsync(tools.Wanted.Saved, ct);
            content ??= await tools.Client.TryCreateAsync(SnapshotKinds.Content, Content(found), ct);
            snapshot ??= await tools.Client.TryCreateAsync(SnapshotKinds.Snapshot, Snapshot(found), ct);
        }

        return content is null || snapshot is null ? default : SnapshotCut.Usable(snapshot, content, snapshot.UidOf());
    }

    private void RequireOurs(JsonObject? content, JsonObject? snapshot)
    {
        var (source, reference) = (content?.Map("spec")?.Map("source"), content?.SnapshotRefOf());
        if (content is not null && (source?.Text("snapshotHandle") != tools.Wanted.Saved.SnapshotHandle
            || content.Map("spec")?.Text("driver") != tools.Wanted.Saved.Driver
            || reference?.Text("name") != Name || reference?.Text("namespace") != tools.Wanted.Namespace))
        {
            throw Foreign($"VolumeSnapshotContent {Name}");
        }

        if (snapshot is not null && snapshot.Map("spec")?.Map("source")?.Text("volumeSnapshotContentName") != Name)
        {
            throw Foreign($"VolumeSnapshot {tools.Wanted.Namespace}/{Name}");
        }
    }

    private Core.RunAiDrException Foreign(string what) => SnapshotTarget.Failure(
        $"{what} exists and does not stand for snapshot {tools.Wanted.Saved.SnapshotHandle} "
            + $"of driver {tools.Wanted.Saved.Driver}.",
        "Find out who made it, delete it if nobody needs it, and rehydrate again.");

    /// <summary>What is in error when the run begins is made anew.</summary>
    private void Condemn(JsonObject? content, JsonObject? snapshot)
    {
        if ((content?.ErrorOf() ?? snapshot?.ErrorOf()) is not null && content?.IsReady() != true)
        {
            _unwanted.UnionWith(new[] { content, snapshot }.OfType<JsonObject>().Select(body => body.UidOf()));
        }
    }

    /// <summary>Takes away what cannot be used any more, the VolumeSnapshot first; false when there is nothing of that.</summary>
    private async Task<bool> DiscardAsync(JsonObject? content, JsonObject? snapshot, CancellationToken ct)
    {
        // Before anything is deleted: the data must outlive all of this.
        if (content is not null && content.PolicyOf() != ContentPatches.Retain)
        {
            await _contents.KeepAsync(SnapshotKinds.Content, Name, [], ct);
        }

        if (snapshot is not null && (snapshot.IsTerminating() || _unwanted.Contains(snapshot.UidOf())))
        {
            await tools.Client.DeleteAsync(SnapshotKinds.Snapshot, tools.Wanted.Namespace, Name, snapshot.UidOf(), ct);
            return true;
        }

        if (content is null
            || !(content.IsTerminating() || _unwanted.Contains(content.UidOf()) || IsOfAnother(content, snapshot)))
        {
            return false;
        }

        await _contents.DeleteAsync(SnapshotKinds.Content, content, ct);
        return true;
    }

    /// <summary>Whether a content was bound to a VolumeSnapshot of this name that is gone.</summary>
    private static bool IsOfAnother(JsonObject content, JsonObject? snapshot) =>
        content.SnapshotRefOf().Text("uid") is { Length: > 0 } uid && uid != snapshot?.UidOf();
}
