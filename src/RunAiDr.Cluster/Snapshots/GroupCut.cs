using System.Globalization;
using System.Text.Json.Nodes;
using RunAiDr.Core;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Cluster.Snapshots;

/// <summary>
/// One VolumeGroupSnapshot of several claims from its creation to the references, and back when that fails. It selects
/// claims by label: they have one of their own until the controller has found them.
/// </summary>
internal sealed class GroupCut(
    SnapshotTools tools, SnapshotRequest request, IReadOnlyList<SnapshotTarget> targets, GroupSnapshotKinds kinds, string className)
{
    private readonly string _namespace = targets[0].Namespace;
    private readonly string _name = SnapshotLabels.GroupName(request);
    private readonly ClaimLabel _label = new(tools.Client, targets[0].Namespace, request.Checkpoint);
    private readonly List<string> _labelled = [];
    private string? _attempt;
    private GroupIdentity? _made;

    private string What => $"VolumeGroupSnapshot {_namespace}/{_name}";

    /// <summary>False when one of that name exists already.</summary>
    /// <exception cref="RunAiDrException">The server refuses.</exception>
    public async Task<bool> TryCreateAsync(CancellationToken ct)
    {
        if (await tools.Client.GetAsync(kinds.Snapshot, _namespace, _name, ct) is not null)
        {
            return false;
        }

        await RequireRightsAsync(ct);
        await LabelAsync(ct);
        _attempt = tools.Clock.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);
        var body = new JsonObject
        {
            ["apiVersion"] = kinds.Snapshot.ApiVersion,
            ["kind"] = kinds.Snapshot.Kind,
            ["metadata"] = new JsonObject
            {
                ["name"] = _name,
                ["namespace"] = _namespace,
                ["labels"] = SnapshotLabels.Of(request, null),
                ["annotations"] = new JsonObject { [SnapshotLabels.Attempt] = _attempt },
            },
            ["spec"] = new JsonObject
            {
                ["source"] = new JsonObject
                {
                    ["selector"] = new JsonObject
                    {
                        ["matchLabels"] = new JsonObject { [SnapshotLabels.Group] = request.Checkpoint },
                    },
                },
                ["volumeGroupSnapshotClassName"] = className,
            },
        };
        var created = await tools.Client.TryCreateAsync(kinds.Snapshot, body, ct);
        _made = created is null ? null : Identity(created);
        return created is not null;
    }

    /// <exception cref="RunAiDrException">It did not become usable.</exception>
    public async Task<IReadOnlyList<SnapshotReference>> FinishAsync(IProgress<SnapshotProgress> progress, CancellationToken ct)
    {
        var group = await tools.GroupWait.UntilAsync(What, LookForContentAsync, Report, ct);
        foreach (var target in targets)
        {
            await _label.RemoveAsync(target.Claim, ct);
        }

        _labelled.Clear();
        var members = await tools.GroupWait.UntilAsync(What, LookForMembersAsync, Report, ct);
        group = await tools.Contents.KeepAsync(kinds.Content, group.NameOf(), SnapshotLabels.Of(request, null), ct);
        var references = new List<SnapshotReference>();
        foreach (var (target, snapshot, content) in members)
        {
            references.Add(await AdoptAsync(target, snapshot, (content, group), ct));
        }

        return references;

        void Report(string step)
        {
            foreach (var target in targets)
            {
                progress.Report(new SnapshotProgress(target.Component, step));
            }
        }
    }

    /// <summary>Removes what was made; gives what could not be removed, or nothing.</summary>
    public async Task<string> UndoAsync()
    {
        var left = await tools.UndoAsync(What, RemoveAsync);
        foreach (var claim in _labelled)
        {
            left += await tools.UndoAsync(
                $"Label {SnapshotLabels.Group} of claim {_namespace}/{claim}", ct => _label.RemoveAsync(claim, ct));
        }

        return left;
    }

    private async Task RemoveAsync(CancellationToken ct)
    {
        if (_made is null && _attempt is not null
            && await tools.Client.GetAsync(kinds.Snapshot, _namespace, _name, ct) is { } found
            && SnapshotLabels.Annotation(found, SnapshotLabels.Attempt) == _attempt)
        {
            _made = Identity(found);
        }

        if (_made is not null)
        {
            await tools.GroupRemoval.RunAsync(_made, [], ct);
        }
    }

    private GroupIdentity Identity(JsonObject body) => new(kinds, _namespace, _name, body.UidOf());

    // Asked first: what may not be made should not leave labels that may not be removed.
    private async Task RequireRightsAsync(CancellationToken ct)
    {
        foreach (var (verb, kind) in ((string, ResourceKind)[])[("patch", SnapshotKinds.Claim), ("create", kinds.Snapshot)])
        {
            if (!await tools.Client.MayAsync(verb, kind, _namespace, ct))
            {
                throw new RunAiDrException(
                    Fault.ClusterRefused,
                    $"this user may not {verb} {kind.QualifiedName} in namespace {_namespace}",
                    "Grant it, or leave group snapshots alone.");
            }
        }
    }

    private async Task LabelAsync(CancellationToken ct)
    {
        foreach (var target in targets)
        {
            // Before it is known to be set: the answer may get lost.
            _labelled.Add(target.Claim);
            if (!await _label.SetAsync(target.Claim, ct))
            {
                _labelled.Remove(target.Claim);
            }
        }
    }

    private async Task<JsonObject> LiveAsync(CancellationToken ct) =>
        await tools.Client.GetAsync(kinds.Snapshot, _namespace, _name, ct) is { } live
        && live.UidOf() == _made?.Uid && !live.IsTerminating()
            ? live
            : throw SnapshotCut.Lost(What);

    private async Task<Sight<JsonObject>> LookForContentAsync(CancellationToken ct)
    {
        var live = await LiveAsync(ct);
        var content = live.Map("status")?.Text("boundVolumeGroupSnapshotContentName") is { } name
            ? await tools.Client.GetAsync(kinds.Content, null, name, ct)
            : null;
        return new Sight<JsonObject>(content, live.ErrorOf(), content?.IsBeingCut() == true);
    }

    private async Task<Sight<List<(SnapshotTarget Target, JsonObject Snapshot, JsonObject Content)>>> LookForMembersAsync(
        CancellationToken ct)
    {
        var live = await LiveAsync(ct);
        if (!live.IsReady())
        {
            var group = await LookForContentAsync(ct);
            return new(null, group.Error, group.Underway);
        }

        var members = await tools.GroupRemoval.MembersAsync(Identity(live), ct);
        var found = new List<(SnapshotTarget, JsonObject, JsonObject)>();
        foreach (var target in targets)
        {
            // The controller makes them all before it calls the group ready.
            var member = members.Find(m => m.Map("spec")?.Map("source")?.Text("persistentVolumeClaimName") == target.Claim)
                ?? throw SnapshotTarget.Failure(
                    $"{What} was cut without claim {_namespace}/{target.Claim}",
                    $"Find out who takes the label {SnapshotLabels.Group} away from the claim.");
            var content = member.BoundContent() is { } name
                ? await tools.Client.GetAsync(SnapshotKinds.Content, null, name, ct)
                : null;
            var sight = SnapshotCut.Usable(member, content, member.UidOf());
            if (sight.Value is not { } usable)
            {
                return new(null, sight.Error, sight.Underway);
            }

            found.Add((target, member, usable));
        }

        return new(found);
    }

    /// <summary>Makes a member ours, which the controller has made, and keeps its data.</summary>
    private async Task<SnapshotReference> AdoptAsync(
        SnapshotTarget target, JsonObject snapshot, (JsonObject Member, JsonObject Group) content, CancellationToken ct)
    {
        // First the VolumeSnapshot: the group counts as finished, and is not deleted as a whole, once all of them are ours.
        var labels = SnapshotLabels.Of(request, target.Component);
        var patch = new JsonObject { ["metadata"] = new JsonObject { ["labels"] = labels.DeepClone() } };
        if (await tools.Client.PatchAsync(SnapshotKinds.Snapshot, _namespace, snapshot.NameOf(), patch, ct) is null)
        {
            throw SnapshotCut.Lost($"VolumeSnapshot {_namespace}/{snapshot.NameOf()}");
        }

        var kept = await tools.Contents.KeepAsync(SnapshotKinds.Content, content.Member.NameOf(), labels, ct);
        var handle = kept.GroupHandleOf() ?? content.Group.Map("status")?.Text("volumeGroupSnapshotHandle");
        return SnapshotCut.Reference(request, target, snapshot.NameOf(), kept, handle);
    }
}
