using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Sandbox.Storage;
using RunAiDr.Sandbox.Writing;

namespace RunAiDr.Sandbox.Controllers;

/// <summary>
/// Group snapshots, controller and driver in one: cuts the volumes of all claims that a selector finds, and makes a
/// VolumeSnapshot and a content for each of them.
/// </summary>
internal sealed class GroupSnapshotController(SnapshotObjects objects, SnapshotSidecar sidecar, SnapshotStorage storage) : IController
{
    private const string BeingCreated = "groupsnapshot.storage.kubernetes.io/volumegroupsnapshot-being-created";
    private const string BeingDeleted = "groupsnapshot.storage.kubernetes.io/volumegroupsnapshot-being-deleted";
    private const string ContentFinalizer = "groupsnapshot.storage.kubernetes.io/volumegroupsnapshotcontent-bound-protection";
    private const string BoundFinalizer = "groupsnapshot.storage.kubernetes.io/volumegroupsnapshot-bound-protection";

    public bool Waits { get; private set; }

    public void Reconcile()
    {
        Waits = false;
        foreach (var stored in objects.All(SnapshotObjects.GroupContents))
        {
            Serve(stored, stored.Read());
        }

        foreach (var stored in objects.All(SnapshotObjects.Groups))
        {
            var body = stored.Read();
            if (stored.Terminating)
            {
                Release(stored, body);
                continue;
            }

            Advance(stored, body);
            objects.Save(SnapshotObjects.Groups, stored, body);
        }
    }

    private static string NameOf(StoredObject group) => $"groupsnapcontent-{group.Uid}";

    private void Advance(StoredObject stored, JsonObject body)
    {
        SnapshotObjects.SetFinalizers(body, [.. SnapshotObjects.Finalizers(body), BoundFinalizer]);
        var status = SnapshotObjects.Status(body);
        var content = objects.Find(SnapshotObjects.GroupContents, "", NameOf(stored)) ?? Provide(stored, body);
        if (content is null)
        {
            objects.SetError(status, "failed to create group snapshot content: no class, or no claim that the selector finds");
            return;
        }

        status["boundVolumeGroupSnapshotContentName"] = NameOf(stored);
        var from = content.Map("status") ?? [];
        status["readyToUse"] = from.IsTrue("readyToUse");
        foreach (var field in (string[])["creationTime", "error"])
        {
            status.Remove(field);
            if (from[field] is { } value)
            {
                status[field] = value.DeepClone();
            }
        }

        foreach (var member in from.Maps("volumeSnapshotInfoList"))
        {
            MakeMember(body, content, member);
        }
    }

    private JsonObject? Provide(StoredObject stored, JsonObject body)
    {
        var found = objects.Find(SnapshotObjects.GroupClasses, "", body.Map("spec")?.Text("volumeGroupSnapshotClassName") ?? "");
        var labels = body.Map("spec")?.Map("source")?.Map("selector")?.Map("matchLabels") ?? [];
        var volumes = objects.All("persistentvolumeclaims")
            .Where(c => c.Name.Namespace == stored.Name.Namespace && labels.Count > 0
                && labels.All(l => c.Labels?.GetValueOrDefault(l.Key) == (string?)l.Value))
            .Select(c => c.Read().Map("spec")?.Text("volumeName") ?? "")
            .Select(name => objects.Find("persistentvolumes", "", name)?.Map("spec")?.Map("csi")?.Text("volumeHandle"))
            .OfType<string>().ToList();
        if (found is null || volumes.Count == 0)
        {
            return null;
        }

        objects.Create(SnapshotObjects.GroupContents, "", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = NameOf(stored), ["finalizers"] = new JsonArray(ContentFinalizer) },
            ["spec"] = new JsonObject
            {
                ["deletionPolicy"] = found.Text("deletionPolicy"),
                ["driver"] = found.Text("driver"),
                ["source"] = new JsonObject { ["volumeHandles"] = new JsonArray([.. volumes.Select(v => JsonValue.Create(v))]) },
                ["volumeGroupSnapshotClassName"] = ObjectMetadata.Of(found).Text("name"),
                ["volumeGroupSnapshotRef"] = SnapshotObjects.ReferenceTo(body),
            },
        });
        return objects.Find(SnapshotObjects.GroupContents, "", NameOf(stored));
    }

    private void Serve(StoredObject stored, JsonObject body)
    {
        var (spec, status) = (body.Map("spec") ?? [], SnapshotObjects.Status(body));
        if (stored.Terminating && !SnapshotObjects.IsAnnotated(body, BeingCreated))
        {
            if (body.Map("metadata")?.Map("annotations")?.Text(BeingDeleted) is not null)
            {
                Forget(stored, body);
            }

            return;
        }

        SnapshotObjects.Annotate(
            body, BeingCreated, storage.GroupError is null || SnapshotSidecar.IsFinal(storage.GroupError) ? null : "yes");
        if (storage.GroupError is { } error)
        {
            objects.SetError(status, $"Failed to create group snapshot: \"{error}\"");
            Waits = true;
        }
        else
        {
            var handle = $"group-{stored.Uid}";
            var cuts = spec.Map("source")?.Texts("volumeHandles")
                .Select(volume => (Volume: volume, Cut: sidecar.Cut(Hash(stored.Uid + volume)[..16], volume, handle))).ToList() ?? [];
            status.Remove("error");
            status["volumeGroupSnapshotHandle"] = handle;
            status["readyToUse"] = cuts.TrueForAll(c => sidecar.IsUsable(c.Cut));
            status["creationTime"] = ObjectMetadata.Timestamp(cuts[0].Cut.CutAt);
            status["volumeSnapshotInfoList"] = new JsonArray([.. cuts.Select(c => Describe(c.Volume, c.Cut))]);
            Waits |= !status.IsTrue("readyToUse");
        }

        objects.Save(SnapshotObjects.GroupContents, stored, body);
    }

    private JsonObject Describe(string volume, StoredSnapshot cut) => new()
    {
        ["volumeHandle"] = volume,
        ["snapshotHandle"] = cut.Handle,
        ["creationTime"] = SnapshotSidecar.Nanoseconds(cut.CutAt),
        ["restoreSize"] = cut.Bytes,
        ["readyToUse"] = sidecar.IsUsable(cut),
    };

    private void MakeMember(JsonObject group, JsonObject content, JsonObject member)
    {
        var (metadata, volume) = (ObjectMetadata.Of(group), member.Text("volumeHandle") ?? "");
        var (@namespace, hash) = (metadata.Text("namespace") ?? "", Hash(metadata.Text("uid") + volume));
        if (objects.Find(SnapshotObjects.Snapshots, @namespace, $"snapshot-{hash}") is not null)
        {
            return;
        }

        var claim = objects.All("persistentvolumes").Select(v => v.Read().Map("spec"))
            .First(spec => spec?.Map("csi")?.Text("volumeHandle") == volume)?.Map("claimRef")?.Text("name");
        var owner = SnapshotObjects.ReferenceTo(group);
        owner.Remove("namespace");
        owner.Remove("resourceVersion");
        objects.Create(SnapshotObjects.Snapshots, @namespace, new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = $"snapshot-{hash}",
                ["finalizers"] = new JsonArray(SnapshotController.GroupFinalizer),
                ["ownerReferences"] = new JsonArray(owner),
            },
            ["spec"] = new JsonObject { ["source"] = new JsonObject { ["persistentVolumeClaimName"] = claim } },
            ["status"] = new JsonObject { ["boundVolumeSnapshotContentName"] = $"snapcontent-{hash}" },
        });
        if (objects.Find(SnapshotObjects.Snapshots, @namespace, $"snapshot-{hash}") is { } snapshot)
        {
            MakeContent(snapshot, content, member, $"snapcontent-{hash}");
        }
    }

    private void MakeContent(JsonObject snapshot, JsonObject group, JsonObject member, string name)
    {
        var handle = group.Map("status")?.Text("volumeGroupSnapshotHandle") ?? "";
        var status = (JsonObject)member.DeepClone();
        status.Remove("volumeHandle");
        status["readyToUse"] = false;
        status["volumeGroupSnapshotHandle"] = handle;
        var body = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["finalizers"] = new JsonArray(SnapshotController.ContentFinalizer) },
            ["spec"] = new JsonObject
            {
                ["deletionPolicy"] = group.Map("spec")?.Text("deletionPolicy"),
                ["driver"] = group.Map("spec")?.Text("driver"),
                ["source"] = new JsonObject { ["volumeHandle"] = member.Text("volumeHandle") },
                ["volumeSnapshotRef"] = SnapshotObjects.ReferenceTo(snapshot),
            },
            ["status"] = status,
        };
        SnapshotSidecar.MarkMember(body, handle);
        objects.Create(SnapshotObjects.Contents, "", body);
    }

    private void Release(StoredObject stored, JsonObject body)
    {
        var found = objects.All(SnapshotObjects.GroupContents).Find(c => c.Name.Name == NameOf(stored));
        var deletes = false;
        if (found is not null)
        {
            var content = found.Read();
            SnapshotObjects.Annotate(content, BeingDeleted, "yes");
            objects.Save(SnapshotObjects.GroupContents, found, content);
            deletes = content.Map("spec")?.Text("deletionPolicy") == "Delete";
            if (deletes)
            {
                objects.Delete(SnapshotObjects.GroupContents, "", found.Name.Name);
            }
        }

        foreach (var member in objects.All(SnapshotObjects.Snapshots).Where(s => s.Owners?.Contains(stored.Uid, StringComparer.Ordinal) == true))
        {
            objects.Delete(SnapshotObjects.Snapshots, member.Name.Namespace, member.Name.Name);
        }

        if (!deletes)
        {
            SnapshotObjects.SetFinalizers(body, [.. SnapshotObjects.Finalizers(body).Where(f => f != BoundFinalizer)]);
            objects.Save(SnapshotObjects.Groups, stored, body);
        }
    }

    private void Forget(StoredObject stored, JsonObject body)
    {
        if (body.Map("spec")?.Text("deletionPolicy") == "Delete" && body.Map("status")?.Text("volumeGroupSnapshotHandle") is { } handle)
        {
            storage.RemoveGroup(handle);
        }

        SnapshotObjects.SetFinalizers(body, [.. SnapshotObjects.Finalizers(body).Where(f => f != ContentFinalizer)]);
        objects.Save(SnapshotObjects.GroupContents, stored, body);
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
