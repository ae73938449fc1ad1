using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Sandbox.Apply;
using RunAiDr.Sandbox.Controllers.Workloads;
using RunAiDr.Sandbox.Schemas;
using RunAiDr.Sandbox.Storage;
using RunAiDr.Sandbox.Writing;

namespace RunAiDr.Sandbox.Controllers.Volumes;

/// <summary>The driver's provisioner: makes a volume for a claim of its storage classes, empty or from a snapshot.</summary>
internal sealed class VolumeProvisioner(PlayedObjects objects, SandboxSnapshots driver, SnapshotStorage storage) : IController
{
    /// <inheritdoc/>
    public bool Waits { get; private set; }

    public void Reconcile()
    {
        Waits = false;
        foreach (var claim in objects.All(PlayedObjects.Claims).Where(claim => !claim.Terminating))
        {
            var body = claim.Read();
            var spec = body.Map("spec") ?? [];
            if (body.Map("status")?.Text("phase") == "Pending" && string.IsNullOrEmpty(spec.Text("volumeName")))
            {
                Provision(claim, spec);
            }
        }
    }

    private void Provision(StoredObject claim, JsonObject spec)
    {
        if (spec.Text("storageClassName") is not { Length: > 0 } name)
        {
            objects.Tell(PlayedObjects.Claims, claim, "FailedBinding", "no persistent volumes available for this claim and no storage class is set", "Normal");
            return;
        }

        if (objects.Find(PlayedObjects.Classes, "", name)?.Read() is not { } found)
        {
            objects.Tell(PlayedObjects.Claims, claim, "ProvisioningFailed", $"storageclass.storage.k8s.io \"{name}\" not found");
            return;
        }

        if (found.Text("provisioner") != driver.Driver || objects.Find(PlayedObjects.Volumes, "", NameOf(claim)) is not null)
        {
            return;
        }

        if (found.Text("volumeBindingMode") == "WaitForFirstConsumer" && !IsUsed(claim))
        {
            objects.Tell(
                PlayedObjects.Claims, claim, "WaitForFirstConsumer", "waiting for first consumer to be created before binding", "Normal");
            return;
        }

        var bytes = Quantity.Bytes(spec.Map("resources")?.Map("requests")?.Text("storage") ?? "0");
        var (handle, trouble) = Source(claim, spec, bytes);
        if ((trouble ?? storage.VolumeError) is { } reason)
        {
            Waits = true; // tries again, and says so again
            objects.Tell(PlayedObjects.Claims, claim, "ProvisioningFailed", $"failed to provision volume with StorageClass \"{name}\": {reason}");
            return;
        }

        storage.AddVolume(new StoredVolume($"vol-{claim.Uid}", bytes, handle));
        objects.Create(PlayedObjects.Volumes, "", VolumeOf(claim, spec, found));
    }

    private static string NameOf(StoredObject claim) => $"pvc-{claim.Uid}";

    private bool IsUsed(StoredObject claim) => objects.All(PlayedObjects.Pods).Exists(
        pod => pod.Name.Namespace == claim.Name.Namespace && PodLife.ClaimsOf(pod.Read()).Contains(claim.Name.Name, StringComparer.Ordinal));

    /// <summary>Handle of the snapshot that a claim is made from, null for an empty one; or why there is none.</summary>
    private (string? Handle, string? Trouble) Source(StoredObject claim, JsonObject spec, decimal bytes)
    {
        if ((spec.Map("dataSourceRef") ?? spec.Map("dataSource")) is not { } source || source.Text("kind") != "VolumeSnapshot")
        {
            return (null, null);
        }

        var name = source.Text("name") ?? "";
        var before = $"error getting handle for DataSource Type VolumeSnapshot by Name {name}: ";
        if (objects.Find(SnapshotObjects.Snapshots, claim.Name.Namespace, name)?.Read() is not { } snapshot)
        {
            return (null, $"{before}error getting snapshot {name} from api server: volumesnapshots.snapshot.storage.k8s.io \"{name}\" not found");
        }

        if (snapshot.Map("status") is not { } status || !status.IsTrue("readyToUse"))
        {
            return (null, $"{before}snapshot {name} is not Ready");
        }

        var handle = objects.Find(SnapshotObjects.Contents, "", status.Text("boundVolumeSnapshotContentName") ?? "")?.Read()
            .Map("status")?.Text("snapshotHandle") ?? "";
        if (storage.Find(handle) is not { } stored)
        {
            return (null, $"rpc error: code = NotFound desc = snapshot {handle} does not exist");
        }

        return bytes < stored.Bytes
            ? (null, $"{before}requested volume size {bytes} is less than the size {stored.Bytes} for the source snapshot {name}")
            : (handle, null);
    }

    private JsonObject VolumeOf(StoredObject claim, JsonObject spec, JsonObject storageClass) => new()
    {
        ["metadata"] = new JsonObject
        {
            ["name"] = NameOf(claim),
            ["annotations"] = new JsonObject { ["pv.kubernetes.io/provisioned-by"] = driver.Driver },
        },
        ["spec"] = new JsonObject
        {
            ["capacity"] = spec.Map("resources")?.Map("requests")?.DeepClone(),
            ["csi"] = new JsonObject { ["driver"] = driver.Driver, ["volumeHandle"] = $"vol-{claim.Uid}" },
            ["accessModes"] = spec["accessModes"]?.DeepClone(),
            ["claimRef"] = new JsonObject
            {
                ["kind"] = "PersistentVolumeClaim",
                ["apiVersion"] = "v1",
                ["namespace"] = claim.Name.Namespace,
                ["name"] = claim.Name.Name,
                ["uid"] = claim.Uid,
            },
            ["persistentVolumeReclaimPolicy"] = storageClass.Text("reclaimPolicy") ?? "Delete",
            ["storageClassName"] = ObjectMetadata.Of(storageClass).Text("name"),
            ["volumeMode"] = spec.Text("volumeMode") ?? "Filesystem",
        },
    };
}
