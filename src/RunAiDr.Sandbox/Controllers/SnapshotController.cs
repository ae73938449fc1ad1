using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Sandbox.Schemas;
using RunAiDr.Sandbox.Storage;
using RunAiDr.Sandbox.Writing;

namespace RunAiDr.Sandbox.Controllers;

/// <summary>Makes a content for every VolumeSnapshot of a claim, binds those that name one, and ends their deletion.</summary>
internal sealed class SnapshotController(SnapshotObjects objects) : IController
{
    public const string BeingDeleted = "snapshot.storage.kubernetes.io/volumesnapshot-being-deleted";
    public const string ContentFinalizer = "snapshot.storage.kubernetes.io/volumesnapshotcontent-bound-protection";
    public const string GroupFinalizer = "snapshot.storage.kubernetes.io/volumesnapshot-in-group-protection";
    private const string BoundFinalizer = "snapshot.storage.kubernetes.io/volumesnapshot-bound-protection";
    private const string SourceFinalizer = "snapshot.storage.kubernetes.io/volumesnapshot-as-source-protection";
    private const string DefaultClass = "snapshot.storage.kubernetes.io/is-default-class";

    public void Reconcile()
    {
        foreach (var stored in objects.All(SnapshotObjects.Snapshots))
        {
            var body = stored.Read();
            if (stored.Terminating)
            {
                Release(stored, body);
                continue;
            }

            var content = Bound(stored, body) ?? Provide(stored, body);
            if (content is not null)
            {
                CopyStatus(body, content);
            }

            var bound = content?.Map("spec")?.Text("deletionPolicy") == "Delete";
            SnapshotObjects.SetFinalizers(
                body, [.. SnapshotObjects.Finalizers(body), SourceFinalizer, .. bound ? new[] { BoundFinalizer } : []]);
            objects.Save(SnapshotObjects.Snapshots, stored, body);
        }
    }

    /// <summary>Name of the content of a VolumeSnapshot: the one it names, is bound to, or would get.</summary>
    private static string ContentName(StoredObject stored, JsonObject body) =>
        body.Map("spec")?.Map("source")?.Text("volumeSnapshotContentName")
        ?? body.Map("status")?.Text("boundVolumeSnapshotContentName")
        ?? $"snapcontent-{stored.Uid}";

    private JsonObject? Bound(StoredObject stored, JsonObject body)
    {
        var named = body.Map("spec")?.Map("source")?.Text("volumeSnapshotContentName") is not null;
        var found = objects.All(SnapshotObjects.Contents).Find(c => c.Name.Name == ContentName(stored, body));
        if (found is null)
        {
            if (named || body.Map("status")?.Text("boundVolumeSnapshotContentName") is not null)
            {
                objects.SetError(SnapshotObjects.Status(body), "VolumeSnapshotContent is missing");
            }

            return null;
        }

        var content = found.Read();
        var reference = content.Map("spec")?.Map("volumeSnapshotRef") ?? [];
        if (reference.Text("name") != stored.Name.Name || reference.Text("namespace") != stored.Name.Namespace
            || (reference.Text("uid") is { Length: > 0 } uid && uid != stored.Uid))
        {
            objects.SetError(SnapshotObjects.Status(body), "VolumeSnapshotContent is not bound to the VolumeSnapshot correctly");
            return null;
        }

        reference["uid"] = stored.Uid;
        return objects.Save(SnapshotObjects.Contents, found, content) ? content : null;
    }

    /// <summary>Makes the content of a snapshot of a claim; the driver fills it.</summary>
    private JsonObject? Provide(StoredObject stored, JsonObject body)
    {
        var spec = body.Map("spec") ?? [];
        if (spec.Map("source")?.Text("persistentVolumeClaimName") is not { } claim
            || body.Map("status")?.Text("boundVolumeSnapshotContentName") is not null
            || SnapshotObjects.Finalizers(body).Contains(GroupFinalizer, StringComparer.Ordinal))
        {
            return null;
        }

        var volume = VolumeOf(stored.Name.Namespace, claim);
        var driver = volume?.Map("spec")?.Map("csi");
        if (volume is null || driver is null || ClassOf(spec, driver.Text("driver")) is not { } found)
        {
            objects.SetError(SnapshotObjects.Status(body), $"Failed to create snapshot content: claim {claim} has no CSI volume or no snapshot class");
            return null;
        }

        spec["volumeSnapshotClassName"] = ObjectMetadata.Of(found).Text("name");
        var name = $"snapcontent-{stored.Uid}";
        objects.Create(SnapshotObjects.Contents, "", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["finalizers"] = new JsonArray(ContentFinalizer) },
            ["spec"] = new JsonObject
            {
                ["deletionPolicy"] = found.Text("deletionPolicy"),
                ["driver"] = found.Text("driver"),
                ["source"] = new JsonObject { ["volumeHandle"] = driver.Text("volumeHandle") },
                ["sourceVolumeMode"] = volume.Map("spec")?.Text("volumeMode") ?? "Filesystem",
                ["volumeSnapshotClassName"] = ObjectMetadata.Of(found).Text("name"),
                ["volumeSnapshotRef"] = SnapshotObjects.ReferenceTo(body),
            },
        });
        return objects.Find(SnapshotObjects.Contents, "", name);
    }

    private JsonObject? VolumeOf(string @namespace, string claim)
    {
        var found = objects.Find("persistentvolumeclaims", @namespace, claim);
        return found?.Map("status")?.Text("phase") == "Bound" && found.Map("spec")?.Text("volumeName") is { } volume
            ? objects.Find("persistentvolumes", "", volume)
            : null;
    }

    private JsonObject? ClassOf(JsonObject spec, string? driver)
    {
        var classes = objects.All(SnapshotObjects.Classes).Select(c => c.Read()).Where(c => c.Text("driver") == driver);
        return spec.Text("volumeSnapshotClassName") is { } name
            ? classes.FirstOrDefault(c => ObjectMetadata.Of(c).Text("name") == name)
            : classes.FirstOrDefault(c => ObjectMetadata.Of(c).Map("annotations")?.Text(DefaultClass) == "true");
    }

    private static void CopyStatus(JsonObject body, JsonObject content)
    {
        var (status, from) = (SnapshotObjects.Status(body), content.Map("status") ?? []);
        status["boundVolumeSnapshotContentName"] = ObjectMetadata.Of(content).Text("name");
        status["readyToUse"] = from.IsTrue("readyToUse");
        if (from["creationTime"] is JsonValue nanoseconds)
        {
            status["creationTime"] = ObjectMetadata.Timestamp(
                DateTimeOffset.UnixEpoch.AddTicks(nanoseconds.GetValue<long>() / TimeSpan.NanosecondsPerTick));
        }

        if (from["restoreSize"] is JsonValue bytes)
        {
            status["restoreSize"] = Quantity.Canonical($"{bytes.GetValue<long>() / 1024}Ki");
        }

        var group = ObjectMetadata.Of(body).Maps("ownerReferences").FirstOrDefault(owner => owner.Text("kind") == "VolumeGroupSnapshot");
        if (group is not null)
        {
            status["volumeGroupSnapshotName"] = group.Text("name");
        }

        status.Remove("error");
        if (from["error"] is { } error)
        {
            status["error"] = error.DeepClone();
        }
    }

    private void Release(StoredObject stored, JsonObject body)
    {
        if (IsInLivingGroup(body))
        {
            return;
        }

        var found = objects.All(SnapshotObjects.Contents).Find(c => c.Name.Name == ContentName(stored, body));
        var content = found?.Read();
        if (found is not null && content is not null && content.Map("spec")?.Map("volumeSnapshotRef")?.Text("uid") == stored.Uid)
        {
            // Whatever the policy: it lets the driver act when the content is deleted, now or later.
            SnapshotObjects.Annotate(content, BeingDeleted, "yes");
            objects.Save(SnapshotObjects.Contents, found, content);
            if (content.Map("spec")?.Text("deletionPolicy") == "Delete")
            {
                objects.Delete(SnapshotObjects.Contents, "", found.Name.Name);
                return;
            }
        }

        string[] own = [BoundFinalizer, SourceFinalizer, GroupFinalizer];
        SnapshotObjects.SetFinalizers(body, [.. SnapshotObjects.Finalizers(body).Except(own, StringComparer.Ordinal)]);
        objects.Save(SnapshotObjects.Snapshots, stored, body);
    }

    private bool IsInLivingGroup(JsonObject body) =>
        ObjectMetadata.Of(body).Maps("ownerReferences").Any(owner => owner.Text("kind") == "VolumeGroupSnapshot"
            && objects.All(SnapshotObjects.Groups).Exists(group => group.Uid == owner.Text("uid")));
}
