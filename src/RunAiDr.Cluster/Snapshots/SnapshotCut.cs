using System.Globalization;
using System.Text.Json.Nodes;
using RunAiDr.Core;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Cluster.Snapshots;

/// <summary>One VolumeSnapshot from its creation to the reference, and back when that fails.</summary>
internal sealed class SnapshotCut(SnapshotTools tools, SnapshotRequest request, SnapshotTarget target)
{
    private string? _attempt;
    private string? _uid;
    private string? _content;

    public SnapshotTarget Target { get; } = target;

    private string Name { get; } = SnapshotLabels.SnapshotName(request, target.Component);

    private string What => $"VolumeSnapshot {Target.Namespace}/{Name}";

    /// <exception cref="RunAiDrException">It exists already, or the server refuses.</exception>
    public async Task CreateAsync(CancellationToken ct)
    {
        if (await tools.Client.GetAsync(SnapshotKinds.Snapshot, Target.Namespace, Name, ct) is not null)
        {
            throw Exists(What);
        }

        _attempt = tools.Clock.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);
        var body = new JsonObject
        {
            ["apiVersion"] = SnapshotKinds.Snapshot.ApiVersion,
            ["kind"] = SnapshotKinds.Snapshot.Kind,
            ["metadata"] = new JsonObject
            {
                ["name"] = Name,
                ["namespace"] = Target.Namespace,
                ["labels"] = SnapshotLabels.Of(request, Target.Component),
                ["annotations"] = new JsonObject { [SnapshotLabels.Attempt] = _attempt },
            },
            ["spec"] = new JsonObject
            {
                ["source"] = new JsonObject { ["persistentVolumeClaimName"] = Target.Claim },
                ["volumeSnapshotClassName"] = Target.Class,
            },
        };
        _uid = (await tools.Client.TryCreateAsync(SnapshotKinds.Snapshot, body, ct) ?? throw Exists(What)).UidOf();
    }

    /// <exception cref="RunAiDrException">It did not become usable.</exception>
    public async Task<SnapshotReference> FinishAsync(IProgress<SnapshotProgress> progress, CancellationToken ct)
    {
        var content = await tools.Wait.UntilAsync(
            What, LookAsync, step => progress.Report(new SnapshotProgress(Target.Component, step)), ct);
        content = await tools.Contents.KeepAsync(
            SnapshotKinds.Content, content.NameOf(), SnapshotLabels.Of(request, Target.Component), ct);
        return Reference(request, Target, Name, content, null);
    }

    /// <summary>Removes what was made; gives what could not be removed, or nothing.</summary>
    public Task<string> UndoAsync() => tools.UndoAsync(What, async ct =>
    {
        _uid ??= await OursAsync(ct);
        if (_uid is not null)
        {
            await tools.Removal.RunAsync(Target.Namespace, Name, _uid, _content, ct);
        }
    });

    public static RunAiDrException Exists(string what) => SnapshotTarget.Failure(
        $"{what} exists already, left by an attempt that did not end or by another checkpoint of this name.",
        "Choose another name for the checkpoint, or prune unreferenced snapshots first.");

    public static RunAiDrException Lost(string what) => SnapshotTarget.Failure(
        $"{what} was deleted while it was waited for.", "Find out who deletes it, and try again.");

    public static SnapshotReference Reference(
        SnapshotRequest request, SnapshotTarget target, string name, JsonObject content, string? group) => new()
        {
            Component = target.Component,
            Provider = CsiSnapshots.ProviderName,
            Checkpoint = request.Checkpoint,
            TakenAt = content.CutAt() ?? content.CreatedAt() ?? throw SnapshotTarget.Failure(
                $"VolumeSnapshotContent {content.NameOf()} does not say when it was cut.",
                "See the log of the driver's csi-snapshotter."),
            Location = $"{target.Namespace}/{name}",
            Warnings = target.Warning is { } warning ? [warning] : [],
            Csi = new CsiSnapshot
            {
                Driver = content.Map("spec")?.Text("driver") ?? target.Driver,
                SnapshotHandle = content.HandleOf() ?? "",
                SnapshotClass = target.Class,
                DeletionPolicy = content.PolicyOf(),
                RestoreSize = content.BytesOf(),
                Namespace = target.Namespace,
                Name = name,
                Content = content.NameOf(),
                GroupSnapshotHandle = group,
                Claim = target.Claim,
                ClaimSpec = target.ClaimSpec,
            },
        };

    private async Task<Sight<JsonObject>> LookAsync(CancellationToken ct)
    {
        var snapshot = await tools.Client.GetAsync(SnapshotKinds.Snapshot, Target.Namespace, Name, ct);
        if (snapshot is null || snapshot.UidOf() != _uid || snapshot.IsTerminating())
        {
            throw Lost(What);
        }

        _content ??= snapshot.BoundContent();
        return _content is null
            ? new Sight<JsonObject>(null, snapshot.ErrorOf())
            : Usable(snapshot, await tools.Client.GetAsync(SnapshotKinds.Content, null, _content, ct), snapshot.UidOf());
    }

    /// <summary>The content when both sides say that they are bound and ready.</summary>
    public static Sight<JsonObject> Usable(JsonObject snapshot, JsonObject? content, string uid) =>
        snapshot.IsReady() && content is not null && content.IsReady() && content.HandleOf() is { Length: > 0 }
        && content.SnapshotRefOf().Text("uid") == uid
            ? new(content)
            : new(null, snapshot.ErrorOf() ?? content?.ErrorOf(), content?.IsBeingCut() == true);

    /// <summary>UID of a snapshot whose creation was not answered.</summary>
    private async Task<string?> OursAsync(CancellationToken ct) =>
        _attempt is not null
        && await tools.Client.GetAsync(SnapshotKinds.Snapshot, Target.Namespace, Name, ct) is { } found
        && SnapshotLabels.Annotation(found, SnapshotLabels.Attempt) == _attempt
            ? found.UidOf()
            : null;
}
