using System.Text.Json.Nodes;
using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Cluster.Snapshots;

/// <summary>Finds the volume of a component and the class to snapshot it with.</summary>
internal sealed class TargetSearch(ClusterClient client, CsiOptions options)
{
    private const string DefaultClass = "snapshot.storage.kubernetes.io/is-default-class";
    private const string DefaultGroupClass = "groupsnapshot.storage.kubernetes.io/is-default-class";

    private const string Choose = "Name one in the configuration, or annotate exactly one as the default.";

    // Where the volume came from belongs to its past; another one is made from the snapshot.
    private static readonly string[] Bindings = ["volumeName", "dataSource", "dataSourceRef"];
    private static readonly string[] NotVolumeTypes = ["capacity", "claimRef", "nodeAffinity"];

    /// <summary>The volume; null when the component has none, which is in order.</summary>
    /// <exception cref="RunAiDr.Core.RunAiDrException">It cannot be snapshotted.</exception>
    public async Task<SnapshotTarget?> FindAsync(SnapshotComponent component, CancellationToken ct)
    {
        var (name, warning) = await new ClaimSearch(client, options).FindAsync(component, ct);
        if (name is null)
        {
            return component == SnapshotComponent.Metrics ? null : throw SnapshotTarget.Failure(
                $"Namespace {options.Namespace} has no claim of a PostgreSQL of release {options.Release}.",
                "If the database is external, choose provider pgdump or external for it; else name its claim in the configuration.");
        }

        var claim = await client.GetAsync(SnapshotKinds.Claim, options.Namespace, name, ct);
        var driver = await DriverAsync(name, claim, ct);
        await RequireApiAsync(ct);
        var spec = (JsonObject?)claim?.Map("spec")?.DeepClone() ?? [];
        foreach (var binding in Bindings)
        {
            spec.Remove(binding);
        }

        return new SnapshotTarget(component, options.Namespace, name, spec, driver, await ClassAsync(driver, ct), warning);
    }

    /// <summary>Why there are no metrics to snapshot.</summary>
    public async Task<string> AbsenceAsync(CancellationToken ct) =>
        (await client.IdentifyAsync(ct)).Distribution == "openshift"
            ? $"namespace {options.Namespace} has no claim of Thanos receive: on OpenShift the metrics live in its own monitoring"
            : $"namespace {options.Namespace} has no claim of Thanos receive: thanos.receive.persistence may be off";

    /// <summary>The VolumeGroupSnapshotClass to use for a driver; null when none fits.</summary>
    /// <exception cref="RunAiDr.Core.RunAiDrException">The one that the configuration names does not fit.</exception>
    public async Task<string?> GroupClassAsync(GroupSnapshotKinds kinds, string driver, CancellationToken ct)
    {
        var classes = await client.ListAsync(new ListSelection(kinds.Class), ct);
        var fitting = classes.Where(c => c.Text("driver") == driver).ToList();
        if (options.GroupSnapshotClass is { } named)
        {
            return fitting.Exists(c => c.NameOf() == named) ? named : throw SnapshotTarget.Failure(
                $"VolumeGroupSnapshotClass {named}, which the configuration names, does not exist or is not of driver {driver}.",
                $"Name one of {Names(fitting)}, or none to have it found.");
        }

        var defaults = fitting.FindAll(c => SnapshotLabels.Annotation(c, DefaultGroupClass) == "true");
        return (defaults, fitting) switch
        {
            ([var one], _) => one.NameOf(),
            ([], [var one]) => one.NameOf(),
            _ => null,
        };
    }

    private async Task<string> DriverAsync(string claim, JsonObject? body, CancellationToken ct)
    {
        var phase = body?.Map("status")?.Text("phase") ?? "gone";
        if (phase != "Bound" || body?.Map("spec")?.Text("volumeName") is not { Length: > 0 } volume)
        {
            throw SnapshotTarget.Failure(
                $"Claim {options.Namespace}/{claim} is not bound to a volume (phase {phase}).",
                "See `kubectl describe pvc`; snapshot it once it is bound.");
        }

        var spec = (await client.GetAsync(SnapshotKinds.Volume, null, volume, ct))?.Map("spec") ?? throw SnapshotTarget.Failure(
            $"Volume {volume} of claim {options.Namespace}/{claim} does not exist.",
            "The claim has lost its volume; repair it first.");
        if (spec.Map("csi")?.Text("driver") is { } driver)
        {
            return driver;
        }

        var type = spec.FirstOrDefault(
            field => field.Value is JsonObject && !NotVolumeTypes.Contains(field.Key, StringComparer.Ordinal)).Key;
        throw SnapshotTarget.Failure(
            $"Volume {volume} of claim {options.Namespace}/{claim} is no CSI volume but {type ?? "of an unknown type"}; "
                + "only CSI volumes have snapshots.",
            "Move the data to a volume of a CSI driver, or choose another provider.");
    }

    private async Task RequireApiAsync(CancellationToken ct)
    {
        if (!SnapshotKinds.IsServed(await client.PreferredVersionAsync(SnapshotKinds.Group, ct)))
        {
            throw SnapshotTarget.Failure(
                $"The cluster does not serve {SnapshotKinds.Snapshot.ApiVersion}: it has no volume snapshots.",
                "Install the snapshot CRDs and the snapshot controller, or choose another provider.");
        }
    }

    private async Task<string> ClassAsync(string driver, CancellationToken ct)
    {
        var classes = await client.ListAsync(new ListSelection(SnapshotKinds.Class), ct);
        var fitting = classes.Where(c => c.Text("driver") == driver).ToList();
        if (options.SnapshotClass is { } named)
        {
            return fitting.Exists(c => c.NameOf() == named) ? named : throw SnapshotTarget.Failure(
                $"VolumeSnapshotClass {named}, which the configuration names, does not exist or is not of driver {driver}.",
                $"Name one of {Names(fitting)}, or none to have it found.");
        }

        var defaults = fitting.FindAll(c => SnapshotLabels.Annotation(c, DefaultClass) == "true");
        return (defaults, fitting) switch
        {
            ([var one], _) => one.NameOf(),
            ([], [var one]) => one.NameOf(),
            (_, []) => throw SnapshotTarget.Failure(
                $"There is no VolumeSnapshotClass of driver {driver} (of other drivers: {Names(classes)}).",
                "Create one for this driver."),
            ([], _) => throw SnapshotTarget.Failure(
                $"Driver {driver} has the VolumeSnapshotClasses {Names(fitting)} and none is the default.", Choose),
            _ => throw SnapshotTarget.Failure(
                $"Driver {driver} has more than one default VolumeSnapshotClass: {Names(defaults)}.", Choose),
        };
    }

    private static string Names(IEnumerable<JsonObject> classes) =>
        string.Join(", ", classes.Select(c => c.NameOf()).Order(StringComparer.Ordinal)) is { Length: > 0 } names ? names : "none";
}
