using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Sandbox.Apply;
using RunAiDr.Sandbox.Http;
using RunAiDr.Sandbox.Kinds;
using RunAiDr.Sandbox.Security;
using RunAiDr.Sandbox.Storage;
using RunAiDr.Sandbox.Writing;

namespace RunAiDr.Sandbox.Controllers;

/// <summary>Reads and writes objects of built-in kinds for the controllers that are played.</summary>
internal sealed class PlayedObjects(ObjectStore store, KindRegistry kinds, ObjectWriter writer, TimeProvider clock)
{
    public const string Pods = "pods";
    public const string Claims = "persistentvolumeclaims";
    public const string Volumes = "persistentvolumes";
    public const string ReplicaSets = "replicasets.apps";
    public const string Classes = "storageclasses.storage.k8s.io";

    private static readonly SandboxUser Controller = new("system:kube-controller-manager", SandboxUser.Masters);

    public DateTimeOffset Now => clock.GetUtcNow();

    public string Time => ObjectMetadata.Timestamp(Now);

    public List<StoredObject> All(string resource) => store.Newest(resource);

    public StoredObject? Find(string resource, string @namespace, string name) => store.Find(resource, @namespace, name);

    public List<StoredObject> OwnedBy(StoredObject owner, string resource) => store.Newest(resource, owner.Name.Namespace)
        .FindAll(found => found.Owners?.Contains(owner.Uid, StringComparer.Ordinal) == true);

    /// <summary>Stores what has changed; false when somebody was faster.</summary>
    public bool Save(string resource, StoredObject before, JsonObject after) =>
        JsonNode.DeepEquals(before.Read(), after) || store.Commit(resource, before.Name, before, after, sorted: false) is not null;

    public void Remove(string resource, StoredObject stored) => store.Commit(resource, stored.Name, stored, null, sorted: false);

    /// <summary>Creates an object as a client would; one that is refused or there already is looked at in the next round.</summary>
    public void Create(string resource, string @namespace, JsonObject body)
    {
        var type = TypeOf(resource);
        body["apiVersion"] = type.Kind.ApiVersion;
        body["kind"] = type.Kind.Kind;
        try
        {
            writer.Create(RequestFor(type, @namespace) with { Verb = "create" }, type, body, Options());
        }
        catch (StatusException)
        {
            // The namespace goes, or somebody was faster.
        }
    }

    /// <summary>Merges into an object as a client would, so that its generation counts.</summary>
    public void Patch(string resource, StoredObject stored, JsonObject change)
    {
        var type = TypeOf(resource);
        var request = RequestFor(type, stored.Name.Namespace) with { Name = stored.Name.Name, Verb = "patch" };
        var options = Options();
        writer.Update(request, type, live => Writes.Patch(options.Request(request, type), live, PatchKind.Merge, change), options);
    }

    /// <summary>Writes an event about an object; said again, it counts up once a second.</summary>
    public void Tell(string resource, StoredObject about, string reason, string message, string type = "Warning")
    {
        var name = $"{about.Name.Name}.{about.Uid.Replace("-", "", StringComparison.Ordinal)[..8]}.{reason.ToLowerInvariant()}";
        var @namespace = about.Name.Namespace.Length > 0 ? about.Name.Namespace : "default";
        if (store.Find("events", @namespace, name) is not { } told)
        {
            Create("events", @namespace, EventOf(TypeOf(resource).Kind, about, name, (type, reason, message)));
            return;
        }

        var body = told.Read();
        if (body.Text("message") != message || body.Text("lastTimestamp") != Time)
        {
            body["message"] = message;
            body["count"] = Number(body, "count") + 1;
            body["lastTimestamp"] = Time;
            Save("events", told, body);
        }
    }

    /// <summary>As an owner that controls what it made.</summary>
    public static JsonArray OwnerReferences(StoredObject owner, JsonObject body) => new(new JsonObject
    {
        ["apiVersion"] = body.Text("apiVersion"),
        ["kind"] = body.Text("kind"),
        ["name"] = owner.Name.Name,
        ["uid"] = owner.Uid,
        ["controller"] = true,
        ["blockOwnerDeletion"] = true,
    });

    public static JsonObject Status(JsonObject body) => body.Ensure("status");

    public static int Number(JsonObject? body, string field, int otherwise = 0) =>
        body?[field] is JsonValue value && value.TryGetValue<int>(out var number) ? number : otherwise;

    /// <summary>Sets a counter as the API writes it: none is left out.</summary>
    public static void Count(JsonObject status, string field, int number)
    {
        if (number == 0)
        {
            status.Remove(field);
            return;
        }

        status[field] = number;
    }

    private JsonObject EventOf(ResourceKind kind, StoredObject about, string name, (string Type, string Reason, string Message) said) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = name },
        ["involvedObject"] = new JsonObject
        {
            ["kind"] = kind.Kind,
            ["namespace"] = about.Name.Namespace,
            ["name"] = about.Name.Name,
            ["uid"] = about.Uid,
            ["apiVersion"] = kind.ApiVersion,
        },
        ["reason"] = said.Reason,
        ["message"] = said.Message,
        ["source"] = new JsonObject { ["component"] = "sandbox" },
        ["firstTimestamp"] = Time,
        ["lastTimestamp"] = Time,
        ["count"] = 1,
        ["type"] = said.Type,
    };

    private static ResourceRequest RequestFor(ResourceType type, string @namespace) =>
        new(type.Kind.Group, type.Kind.Version, type.Kind.Plural) { Namespace = @namespace };

    private WriteOptions Options() => new(Controller, Now) { Manager = "kube-controller-manager" };

    private ResourceType TypeOf(string resource) => kinds.All.First(type => type.Storage == resource);
}
