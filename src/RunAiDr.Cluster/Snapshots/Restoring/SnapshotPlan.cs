using System.Text.Json.Nodes;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Snapshots.Restoring;

/// <summary>Finds out by reading what stands in the way of restoring a snapshot. The storage itself cannot be asked.</summary>
internal sealed class SnapshotPlan(ClusterClient client, VolumeRestore wanted)
{
    private static readonly ResourceKind DriverKind = new("storage.k8s.io", "v1", "CSIDriver", "csidrivers", Namespaced: false);

    private static readonly (ResourceKind Kind, string[] Verbs)[] Rights =
    [
        (SnapshotKinds.Content, ["get", "create", "patch", "delete"]),
        (SnapshotKinds.Snapshot, ["get", "create", "delete"]),
        (SnapshotKinds.Class, ["list"]),
        (SnapshotKinds.Claim, ["get", "create"]),
        (KnownKinds.StorageClass, ["get"]),
    ];

    private readonly PlanChecks _checks = new(client, wanted);
    private PlannedAction _action = PlannedAction.Create;
    private string? _reason;

    private string Driver => wanted.Saved.Driver;

    public async Task<PartPlan> MakeAsync(CancellationToken ct)
    {
        await _checks.LookAsync(token => _checks.RightsAsync(Rights, token), ct);
        await _checks.LookAsync(ApiAsync, ct);
        await _checks.LookAsync(DriverAsync, ct);
        await _checks.LookAsync(StorageClassAsync, ct);
        await _checks.LookAsync(ClaimAsync, ct);
        if (wanted.Saved.Backup is not null)
        {
            Backup(wanted.IsFollowed ? _checks.Block : _checks.Warn);
        }

        return new PartPlan(_action, _checks.All, _reason);
    }

    private static void Backup(Action<string, string> tell) => tell(
        "the snapshot was taken between pg_backup_start and pg_backup_stop: without backup_label in its data directory "
            + "PostgreSQL would start from a torn copy",
        "Restore the volume alone first (--only namespaces,classes,volumes), put the saved backup_label and tablespace_map "
            + "(label and, unless it is empty, tablespaceMap of csi.backup in snapshots/database.yaml of this checkpoint) into "
            + "the data directory with a pod that mounts the claim, and then go on with --skip volumes.");

    private async Task ApiAsync(CancellationToken ct)
    {
        if (!SnapshotKinds.IsServed(await client.PreferredVersionAsync(SnapshotKinds.Group, ct)))
        {
            _checks.Block(
                $"the target does not serve {SnapshotKinds.Snapshot.ApiVersion}",
                "Install the snapshot CRDs and the snapshot controller, "
                    + "or bring the volume back with another tool and name it.");
            return;
        }

        _checks.Ok($"the target serves {SnapshotKinds.Snapshot.ApiVersion}");
        if (await new TargetClasses(client).SnapshotClassAsync(wanted.Saved, ct) is { } found)
        {
            _checks.Ok($"VolumeSnapshotClass {found} is of driver {Driver}");
            return;
        }

        _checks.Warn(
            $"no VolumeSnapshotClass of driver {Driver} is the saved one, the default one or the only one",
            "If the driver needs credentials to look for snapshots, create VolumeSnapshotClass "
                + $"{wanted.Saved.SnapshotClass} with them.");
    }

    private async Task DriverAsync(CancellationToken ct)
    {
        if (await client.GetAsync(DriverKind, null, Driver, ct) is not null)
        {
            _checks.Ok($"driver {Driver} is registered");
            return;
        }

        _checks.Warn(
            $"no CSIDriver {Driver} is registered",
            "Install the driver, set up for the storage that holds the snapshot; a few drivers register none.");
    }

    private async Task StorageClassAsync(CancellationToken ct)
    {
        var name = TargetClasses.StorageClassName(wanted);
        if (await new TargetClasses(client).StorageClassAsync(name, ct) is not { } found)
        {
            _checks.Block(
                name is null
                    ? "the saved claim names no storage class, and the target has no default one"
                    : $"storage class {Quoted(name)} is not there",
                $"Map it to a storage class of driver {Driver}, or create it.");
            return;
        }

        var provisioner = found.Text("provisioner");
        if (provisioner != Driver)
        {
            _checks.Block(
                $"storage class {found.NameOf()} is of provisioner {provisioner}, the snapshot of driver {Driver}",
                $"Map it to a storage class of driver {Driver}: no other can read the snapshot.");
            return;
        }

        var waits = TargetClasses.WaitsForConsumer(found) ? "; its volumes are made when a pod uses them" : "";
        _checks.Ok($"storage class {found.NameOf()} is of driver {Driver}{waits}");
    }

    private async Task ClaimAsync(CancellationToken ct)
    {
        var claim = await client.GetAsync(SnapshotKinds.Claim, wanted.Namespace, wanted.Claim, ct);
        var what = $"claim {wanted.Namespace}/{wanted.Claim}";
        switch (claim)
        {
            case null:
                _checks.Ok($"{what} is not there yet");
                break;
            case var _ when claim.IsTerminating():
                _checks.Block($"{what} is being deleted", "Stop the pods that use it, and wait until it is gone.");
                break;
            case var _ when RestoredClaim.IsFrom(claim, RestoredNames.SnapshotOf(wanted)):
                Settle(claim, what);
                break;
            default:
                (_action, _reason) = (PlannedAction.Conflict, $"{what} exists and {RestoredClaim.OriginOf(claim)}");
                _checks.Block(
                    _reason, $"It is never touched: {RestoredClaim.WayOut}.");
                break;
        }
    }

    private void Settle(JsonObject claim, string what)
    {
        var bound = RestoredClaim.PhaseOf(claim) == RestoredClaim.Bound;
        _action = bound ? PlannedAction.Unchanged : PlannedAction.Create;
        _reason = bound ? null : "an earlier run has begun it";
        _checks.Ok(bound ? $"{what} holds this snapshot already" : $"{what} was made from this snapshot and is not bound yet");
    }

    private static string Quoted(string name) => name.Length == 0 ? "\"\" (none on purpose)" : name;
}
