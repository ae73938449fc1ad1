using System.Globalization;
using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Sandbox.Storage;

namespace RunAiDr.Sandbox.Controllers;

/// <summary>The driver's side: cuts what VolumeSnapshotContents ask for, says when it is usable, deletes it from the storage.</summary>
internal sealed class SnapshotSidecar(SnapshotObjects objects, SandboxSnapshots driver, SnapshotStorage storage) : IController
{
    private const string BeingCreated = "snapshot.storage.kubernetes.io/volumesnapshot-being-created";
    private const string MemberAnnotation = "groupsnapshot.storage.k8s.io/volumeGroupSnapshotHandle";

    private static readonly (string Suffix, long Bytes)[] Units =
        [("Ki", 1L << 10), ("Mi", 1L << 20), ("Gi", 1L << 30), ("Ti", 1L << 40), ("", 1)];

    private static readonly string[] Passing = ["Canceled", "DeadlineExceeded", "Unavailable", "ResourceExhausted", "Aborted"];

    /// <inheritdoc/>
    public bool Waits { get; private set; }

    public void Reconcile()
    {
        Waits = false;
        foreach (var stored in objects.All(SnapshotObjects.Contents))
        {
            var body = stored.Read();
            if (body.Map("spec")?.Text("driver") != driver.Driver)
            {
                continue;
            }

            // A snapshot that the storage may still be cutting is waited for: nobody would delete it afterwards.
            if (stored.Terminating && !SnapshotObjects.IsAnnotated(body, BeingCreated))
            {
                Release(stored, body);
                continue;
            }

            Fill(body);
            Waits |= !(body.Map("status")?.IsTrue("readyToUse") ?? false);
            objects.Save(SnapshotObjects.Contents, stored, body);
        }
    }

    /// <summary>Marks a content as the member of a group that was cut at once.</summary>
    public static void MarkMember(JsonObject content, string group) => SnapshotObjects.Annotate(content, MemberAnnotation, group);

    /// <summary>Cuts a volume; the handle follows from a name that is not used twice.</summary>
    public StoredSnapshot Cut(string name, string volume, string? group)
    {
        var handle = $"snap-{name}";
        if (storage.Find(handle) is { } there)
        {
            return there;
        }

        var cut = new StoredSnapshot(handle, SizeOf(volume), objects.Now, group);
        storage.Add(cut);
        return cut;
    }

    /// <summary>Whether an error of a driver says that nothing was cut and nothing will be.</summary>
    public static bool IsFinal(string error) =>
        error.Contains("code = ", StringComparison.Ordinal) && !Passing.Any(code => error.Contains($"code = {code}", StringComparison.Ordinal));

    public bool IsUsable(StoredSnapshot snapshot) => !storage.NeverReady && objects.Now >= snapshot.CutAt + driver.Delay;

    public static long Nanoseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;

    private void Fill(JsonObject body)
    {
        var (status, source) = (SnapshotObjects.Status(body), body.Map("spec")?.Map("source") ?? []);
        if (status.Text("snapshotHandle") is null && source.Text("volumeHandle") is { } volume)
        {
            if (IsMember(body))
            {
                return; // its group's controller fills it
            }

            SnapshotObjects.Annotate(body, BeingCreated, storage.Error is null || IsFinal(storage.Error) ? null : "yes");
            if (storage.Error is { } error)
            {
                objects.SetError(status, $"Failed to create snapshot: failed to take snapshot of the volume {volume}: \"{error}\"");
                return;
            }

            status["snapshotHandle"] = Cut(body.Map("metadata")?.Text("name")?["snapcontent-".Length..] ?? "", volume, null).Handle;
        }

        Describe(body, status, status.Text("snapshotHandle") ?? source.Text("snapshotHandle") ?? "");
    }

    private void Describe(JsonObject body, JsonObject status, string handle)
    {
        if (status.IsTrue("readyToUse"))
        {
            return; // the driver is not asked again
        }

        if (storage.Find(handle) is not { } snapshot)
        {
            objects.SetError(
                status,
                $"Failed to check and update snapshot content: failed to list snapshot for content {body.Map("metadata")?.Text("name")}: "
                    + $"\"can not find snapshot for snapshotID {handle}\"");
            return;
        }

        status.Remove("error");
        status["snapshotHandle"] = handle;
        status["creationTime"] = Nanoseconds(snapshot.CutAt);
        status["restoreSize"] = snapshot.Bytes;
        status["readyToUse"] = IsUsable(snapshot);
    }

    private void Release(StoredObject stored, JsonObject body)
    {
        var spec = body.Map("spec") ?? [];
        var unbound = spec.Map("source")?.Text("snapshotHandle") is not null
            && string.IsNullOrEmpty(spec.Map("volumeSnapshotRef")?.Text("uid"));
        if (!unbound && body.Map("metadata")?.Map("annotations")?.Text(SnapshotController.BeingDeleted) is null)
        {
            return;
        }

        if (spec.Text("deletionPolicy") == "Delete" && !IsMember(body) && body.Map("status")?.Text("snapshotHandle") is { } handle)
        {
            storage.Remove(handle);
        }

        SnapshotObjects.SetFinalizers(
            body, [.. SnapshotObjects.Finalizers(body).Where(f => f != SnapshotController.ContentFinalizer)]);
        objects.Save(SnapshotObjects.Contents, stored, body);
    }

    private static bool IsMember(JsonObject content) => content.Map("metadata")?.Map("annotations")?.Text(MemberAnnotation) is not null;

    private long SizeOf(string volume)
    {
        var capacity = objects.All("persistentvolumes").Select(v => v.Read().Map("spec"))
            .FirstOrDefault(spec => spec?.Map("csi")?.Text("volumeHandle") == volume)?.Map("capacity")?.Text("storage") ?? "";
        var (suffix, bytes) = Units.First(unit => capacity.EndsWith(unit.Suffix, StringComparison.Ordinal));
        return long.TryParse(capacity[..^suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count * bytes : 0;
    }
}
