using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Sandbox.Kinds;
using RunAiDr.Sandbox.Storage;
using RunAiDr.Sandbox.Writing;

namespace RunAiDr.Sandbox.Controllers;

/// <summary>Reads and writes the objects that the snapshot controllers look after.</summary>
internal sealed class SnapshotObjects(ObjectStore store, KindRegistry kinds, ObjectRemover remover, TimeProvider clock)
{
    public const string Snapshots = "volumesnapshots.snapshot.storage.k8s.io";
    public const string Contents = "volumesnapshotcontents.snapshot.storage.k8s.io";
    public const string Classes = "volumesnapshotclasses.snapshot.storage.k8s.io";
    public const string Groups = "volumegroupsnapshots.groupsnapshot.storage.k8s.io";
    public const string GroupContents = "volumegroupsnapshotcontents.groupsnapshot.storage.k8s.io";
    public const string GroupClasses = "volumegroupsnapshotclasses.groupsnapshot.storage.k8s.io";

    public DateTimeOffset Now => clock.GetUtcNow();

    public List<StoredObject> All(string resource) => store.Newest(resource);

    public JsonObject? Find(string resource, string @namespace, string name) => store.Find(resource, @namespace, name)?.Read();

    /// <summary>Stores what has changed; an object that waited for its last finalizer goes. False when somebody was faster.</summary>
    public bool Save(string resource, StoredObject before, JsonObject after)
    {
        if (JsonNode.DeepEquals(before.Read(), after))
        {
            return true;
        }

        var gone = before.Terminating && Finalizers(after).Count == 0;
        return store.Commit(resource, before.Name, before, gone ? null : after, sorted: true) is not null;
    }

    public void Create(string resource, string @namespace, JsonObject body)
    {
        if (TypeOf(resource) is not { } type)
        {
            return;
        }

        var metadata = ObjectMetadata.Of(body);
        body["apiVersion"] = $"{type.Kind.Group}/{type.StorageVersion}";
        body["kind"] = type.Kind.Kind;
        metadata["uid"] = ObjectMetadata.NewUid();
        metadata["creationTimestamp"] = ObjectMetadata.Timestamp(Now);
        metadata["generation"] = 1;
        if (@namespace.Length > 0)
        {
            metadata["namespace"] = @namespace;
        }

        store.Commit(resource, new ObjectName(@namespace, metadata.Text("name") ?? ""), null, body, sorted: true);
    }

    public void Delete(string resource, string @namespace, string name)
    {
        if (TypeOf(resource) is { } type)
        {
            remover.Delete(type, @namespace, name, DeleteOptions.Default);
        }
    }

    /// <summary>A reference to an object as the controllers write it.</summary>
    public static JsonObject ReferenceTo(JsonObject body)
    {
        var metadata = ObjectMetadata.Of(body);
        return new JsonObject
        {
            ["apiVersion"] = body.Text("apiVersion"),
            ["kind"] = body.Text("kind"),
            ["name"] = metadata.Text("name"),
            ["namespace"] = metadata.Text("namespace"),
            ["resourceVersion"] = metadata.Text("resourceVersion"),
            ["uid"] = metadata.Text("uid"),
        };
    }

    public static JsonObject Status(JsonObject body)
    {
        if (body["status"] is not JsonObject status)
        {
            body["status"] = status = [];
        }

        return status;
    }

    public static List<string> Finalizers(JsonObject body) => [.. ObjectMetadata.Of(body).Texts("finalizers")];

    public static void SetFinalizers(JsonObject body, IReadOnlyCollection<string> finalizers)
    {
        var metadata = ObjectMetadata.Of(body);
        if (finalizers.Count == 0)
        {
            metadata.Remove("finalizers");
            return;
        }

        metadata["finalizers"] = new JsonArray([.. finalizers.Distinct(StringComparer.Ordinal).Select(f => JsonValue.Create(f))]);
    }

    public static bool IsAnnotated(JsonObject body, string name) => ObjectMetadata.Of(body).Map("annotations")?[name] is not null;

    /// <summary>Sets an annotation; null removes it.</summary>
    public static void Annotate(JsonObject body, string name, string? value)
    {
        var metadata = ObjectMetadata.Of(body);
        if (value is null)
        {
            metadata.Map("annotations")?.Remove(name);
            return;
        }

        var annotations = metadata["annotations"] as JsonObject ?? [];
        annotations[name] = value;
        metadata["annotations"] = annotations.Parent is null ? annotations : annotations.DeepClone();
    }

    /// <summary>Keeps the time of an error that is there already.</summary>
    public void SetError(JsonObject status, string message)
    {
        if (status.Map("error")?.Text("message") != message)
        {
            status["error"] = new JsonObject { ["message"] = message, ["time"] = ObjectMetadata.Timestamp(Now) };
        }

        status["readyToUse"] = false;
    }

    private ResourceType? TypeOf(string resource) => kinds.All.FirstOrDefault(type => type.Storage == resource);
}
