using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Sandbox.Apply;
using RunAiDr.Sandbox.Schemas;
using RunAiDr.Sandbox.Storage;
using RunAiDr.Sandbox.Writing;

namespace RunAiDr.Sandbox.Controllers.Volumes;

/// <summary>Binds claims to the volumes that they name or that name them; gives claims without a class the default one.</summary>
internal sealed class VolumeBinder(PlayedObjects objects) : IController
{
    private const string DefaultClass = "storageclass.kubernetes.io/is-default-class";

    public void Reconcile()
    {
        foreach (var claim in objects.All(PlayedObjects.Claims).Where(claim => !claim.Terminating))
        {
            var body = claim.Read();
            if (PlayedObjects.Status(body).Text("phase") is "Bound" or "Lost")
            {
                continue;
            }

            FillClass(body.Ensure("spec"));
            if (!Bind(claim, body))
            {
                objects.Save(PlayedObjects.Claims, claim, body);
            }
        }
    }

    /// <summary>Whether a volume is kept for this claim: its reference names the claim, and no other one of that name.</summary>
    public static bool IsFor(JsonObject volume, StoredObject claim) => volume.Map("spec")?.Map("claimRef") is { } reference
        && reference.Text("namespace") == claim.Name.Namespace && reference.Text("name") == claim.Name.Name
        && (string.IsNullOrEmpty(reference.Text("uid")) || reference.Text("uid") == claim.Uid);

    private void FillClass(JsonObject spec)
    {
        if (spec["storageClassName"] is null && DefaultName() is { } name)
        {
            spec["storageClassName"] = name;
        }
    }

    private string? DefaultName() => objects.All(PlayedObjects.Classes)
        .Find(found => ObjectMetadata.Of(found.Read()).Map("annotations")?.Text(DefaultClass) == "true")?.Name.Name;

    private bool Bind(StoredObject claim, JsonObject body)
    {
        var named = body.Map("spec")?.Text("volumeName");
        var volume = string.IsNullOrEmpty(named)
            ? objects.All(PlayedObjects.Volumes).Find(found => IsFor(found.Read(), claim))
            : objects.Find(PlayedObjects.Volumes, "", named);
        if (volume is null || volume.Terminating)
        {
            return false;
        }

        var spec = volume.Read();
        if (spec.Map("spec")?.Map("claimRef") is not null && !IsFor(spec, claim))
        {
            objects.Tell(PlayedObjects.Claims, claim, "FailedBinding", $"volume \"{volume.Name.Name}\" already bound to a different claim.");
            return false;
        }

        if (Mismatch(spec.Map("spec") ?? [], body.Map("spec") ?? []) is { } mismatch)
        {
            objects.Tell(PlayedObjects.Claims, claim, "VolumeMismatch", $"Cannot bind to requested volume \"{volume.Name.Name}\": {mismatch}");
            return false;
        }

        return Join((volume, spec), (claim, body), chosen: string.IsNullOrEmpty(named));
    }

    private bool Join((StoredObject Stored, JsonObject Body) volume, (StoredObject Stored, JsonObject Body) claim, bool chosen)
    {
        var reference = volume.Body.Ensure("spec").Ensure("claimRef");
        reference["kind"] = "PersistentVolumeClaim";
        reference["apiVersion"] = "v1";
        reference["namespace"] = claim.Stored.Name.Namespace;
        reference["name"] = claim.Stored.Name.Name;
        reference["uid"] = claim.Stored.Uid;
        reference["resourceVersion"] = ObjectMetadata.Of(claim.Body).Text("resourceVersion");
        PlayedObjects.Status(volume.Body)["phase"] = "Bound";
        if (!objects.Save(PlayedObjects.Volumes, volume.Stored, volume.Body))
        {
            return false;
        }

        var (spec, status) = (volume.Body.Map("spec") ?? [], PlayedObjects.Status(claim.Body));
        claim.Body.Ensure("spec")["volumeName"] = volume.Stored.Name.Name;
        status["phase"] = "Bound";
        status["accessModes"] = spec["accessModes"]?.DeepClone();
        status["capacity"] = spec["capacity"]?.DeepClone();
        var annotations = ObjectMetadata.Of(claim.Body).Ensure("annotations");
        annotations["pv.kubernetes.io/bind-completed"] = "yes";
        if (chosen)
        {
            annotations["pv.kubernetes.io/bound-by-controller"] = "yes";
        }

        return objects.Save(PlayedObjects.Claims, claim.Stored, claim.Body);
    }

    private static string? Mismatch(JsonObject volume, JsonObject claim)
    {
        var wanted = Quantity.Bytes(claim.Map("resources")?.Map("requests")?.Text("storage") ?? "0");
        return Quantity.Bytes(volume.Map("capacity")?.Text("storage") ?? "0") < wanted ? "requested PV is too small"
            : (volume.Text("storageClassName") ?? "") != (claim.Text("storageClassName") ?? "") ? "storageClassName does not match"
            : (volume.Text("volumeMode") ?? "Filesystem") != (claim.Text("volumeMode") ?? "Filesystem") ? "incompatible volumeMode"
            : claim.Texts("accessModes").Except(volume.Texts("accessModes"), StringComparer.Ordinal).Any() ? "incompatible accessMode"
            : null;
    }
}
