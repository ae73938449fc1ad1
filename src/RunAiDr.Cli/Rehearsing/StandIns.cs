using System.Text.Json.Nodes;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Snapshots;
using RunAiDr.Sandbox;
using RunAiDr.Sandbox.Installation;

namespace RunAiDr.Cli.Rehearsing;

/// <summary>
/// What a restore point expects of every cluster and does not bring itself: the kinds of volume snapshots, and the classes
/// that its claims name.
/// </summary>
internal static class StandIns
{
    private const string DefaultClass = "runai-dr-rehearsal";

    private static readonly string[] ClassFields = ["storageClass", "storageClassName"];

    /// <summary>Drivers of the volume snapshots that are restored from.</summary>
    public static IReadOnlyList<string> Drivers(RestorePoint point) =>
        [.. Volumes(point).Select(volume => volume.Driver).Distinct(StringComparer.Ordinal)];

    /// <summary>Snapshots that the storage still has, as far as the restore point knows.</summary>
    public static IEnumerable<StoredSnapshot> Stored(RestorePoint point) =>
        from reference in point.Snapshots
        let volume = reference.Csi
        where reference.Failure is null && volume is not null
        select new StoredSnapshot(volume.SnapshotHandle, volume.RestoreSize ?? 0, reference.TakenAt);

    /// <summary>Definitions first.</summary>
    public static IEnumerable<JsonObject> For(RestorePoint point, string driver)
    {
        var saved = point.Resources.Select(item => item.Resource).ToLookup(resource => resource.Kind.QualifiedName, resource => resource.Name, StringComparer.Ordinal);
        var definitions = SampleInstallation.Snapshots().Where(resource => resource.Text("kind") == KnownKinds.Definition.Kind);
        var snapshotClasses = Volumes(point).Select(volume => Class("snapshot.storage.k8s.io/v1", "VolumeSnapshotClass", volume.SnapshotClass))
            .Select(body => With(body, ("driver", driver), ("deletionPolicy", "Retain")));
        var classes = ClassNames(point).Select(name => Class("storage.k8s.io/v1", "StorageClass", name))
            .Concat(saved[KnownKinds.StorageClass.QualifiedName].Any() ? [] : [Default()])
            .Select(body => With(body, ("provisioner", driver), ("reclaimPolicy", "Delete"), ("volumeBindingMode", "Immediate")));
        return definitions.Concat(snapshotClasses).Concat(classes).Where(body => !saved[Folder(body)].Contains(Name(body), StringComparer.Ordinal))
            .DistinctBy(body => (body.Text("kind"), Name(body)));
    }

    private static IEnumerable<CsiSnapshot> Volumes(RestorePoint point) =>
        point.Snapshots.Where(reference => reference.Failure is null).Select(reference => reference.Csi).OfType<CsiSnapshot>();

    private static IEnumerable<string> ClassNames(RestorePoint point) =>
        Volumes(point).Select(volume => volume.ClaimSpec.Text("storageClassName"))
            .Concat(point.Resources.Select(item => item.Resource).Where(resource => resource.Kind is { Group: "", Plural: "persistentvolumeclaims" })
                .Select(claim => claim.Body.Map("spec")?.Text("storageClassName")))
            .Concat(point.Releases.SelectMany(release => NamedIn(release.Values)))
            .OfType<string>().Where(IsName).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    private static IEnumerable<string?> NamedIn(JsonNode? values) => values switch
    {
        JsonObject fields => ClassFields.Select(field => fields.Text(field)).Concat(fields.SelectMany(field => NamedIn(field.Value))),
        JsonArray items => items.SelectMany(NamedIn),
        _ => [],
    };

    // Charts take "-" for none on purpose.
    private static bool IsName(string name) => name.Length > 0 && name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '-' or '.') && name != "-";

    private static JsonObject Default()
    {
        var body = Class("storage.k8s.io/v1", "StorageClass", DefaultClass);
        body.Map("metadata")?.Add("annotations", new JsonObject { ["storageclass.kubernetes.io/is-default-class"] = "true" });
        return body;
    }

    private static JsonObject Class(string apiVersion, string kind, string name) =>
        new() { ["apiVersion"] = apiVersion, ["kind"] = kind, ["metadata"] = new JsonObject { ["name"] = name } };

    private static JsonObject With(JsonObject body, params (string Field, string Value)[] fields)
    {
        foreach (var (field, value) in fields)
        {
            body[field] = value;
        }

        return body;
    }

    private static string Name(JsonObject body) => body.Map("metadata")?.Text("name") ?? "";

    private static string Folder(JsonObject body) => body.Text("kind") switch
    {
        "VolumeSnapshotClass" => "volumesnapshotclasses.snapshot.storage.k8s.io",
        "StorageClass" => KnownKinds.StorageClass.QualifiedName,
        _ => KnownKinds.Definition.QualifiedName,
    };
}
