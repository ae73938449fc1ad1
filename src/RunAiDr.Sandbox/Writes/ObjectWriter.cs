using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Apply;
using RunAiDr.Sandbox.Http;
using RunAiDr.Sandbox.Kinds;
using RunAiDr.Sandbox.Storage;

namespace RunAiDr.Sandbox.Writes;

/// <summary>The object after a write and whether it is new.</summary>
internal sealed record WriteResult(JsonObject Body, bool Created);

/// <summary>Creates and updates objects: admission, defaults, validation, ownership and the race for the revision.</summary>
internal sealed class ObjectWriter(ObjectStore store, NamespaceGate gate, RoleGate roles, Action<ResourceType, StoredObject> written)
{
    private const int Attempts = 20;

    /// <summary>Creates an object; <paramref name="owned"/> when the body has its managedFields already.</summary>
    public JsonObject Create(ResourceRequest request, ResourceType type, JsonObject body, WriteOptions options, bool owned = false)
    {
        if ((string?)ObjectMetadata.Of(body)["resourceVersion"] is { Length: > 0 } and not "0")
        {
            throw Statuses.Internal("resourceVersion should not be set on objects to be created");
        }

        ObjectMetadata.Name(type, body, request.Namespace);
        body = Conform.Decode(type, body, options);
        var name = (string?)ObjectMetadata.Of(body)["name"] ?? "";
        gate.CheckCreate(type, request.Namespace, name);
        if (!owned)
        {
            Conform.Own(type, null, body, options, "");
        }

        Preparation.ForCreate(type.Rules, body, ObjectMetadata.NewUid(), ObjectMetadata.Timestamp(options.Now));
        Validity.Check(type, null, body);
        roles.Check(type, request.Namespace, body, options.User);
        body = Ordered(type, body);
        var key = new ObjectName(request.Namespace, name);
        if (store.Find(type.Storage, key.Namespace, key.Name) is { } existing)
        {
            throw Statuses.AlreadyExists(type.Kind, name, existing.Terminating);
        }

        if (options.DryRun)
        {
            return body;
        }

        var stored = store.Commit(type.Storage, key, null, body, type.IsCustom) ?? throw Statuses.AlreadyExists(type.Kind, name);
        written(type, stored);
        return body;
    }

    /// <summary>
    /// Changes an existing object. <paramref name="change"/> gives the wanted body from a copy of the stored one and is
    /// called again when somebody else was faster; <paramref name="owned"/> when that has its managedFields already. Null when the object does not exist.
    /// </summary>
    public JsonObject? Update(
        ResourceRequest request, ResourceType type, Func<JsonObject, JsonObject> change, WriteOptions options, bool owned = false)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var live = store.Find(type.Storage, request.Namespace, request.Name);
            if (live is null)
            {
                return null;
            }

            options.Warnings.Clear();
            var before = Representation.Read(type, live);
            var wanted = change(Representation.Read(type, live));
            ObjectMetadata.CheckPreconditions(type, live, wanted);
            var next = Prepare(request, type, before, wanted, options, owned);
            if (JsonNode.DeepEquals(before, next) || options.DryRun || Commit(type, live, next))
            {
                return next;
            }
        }

        throw Statuses.Conflict(type.Kind, request.Name);
    }

    private JsonObject Prepare(
        ResourceRequest request, ResourceType type, JsonObject before, JsonObject wanted, WriteOptions options, bool owned)
    {
        var next = Conform.Decode(type, Scope(request, before, wanted), options);
        if (!owned)
        {
            Conform.Own(type, before, next, options, request.Subresource);
        }

        if (request.Subresource != "finalize")
        {
            Preparation.ForUpdate(type.Rules, (JsonObject)before.DeepClone(), next, request.Subresource);
        }

        Validity.Check(type, before, next);
        if (!JsonNode.DeepEquals(before["rules"], next["rules"]) || !JsonNode.DeepEquals(before["subjects"], next["subjects"]))
        {
            roles.Check(type, request.Namespace, next, options.User);
        }

        return Ordered(type, next);
    }

    /// <summary>Stores it, or removes it when it was only waiting for its last finalizer; false when somebody was faster.</summary>
    private bool Commit(ResourceType type, StoredObject live, JsonObject next)
    {
        // The answer to a write that removes the object is the last state with its old resourceVersion.
        var gone = live.Terminating && !HasFinalizers(type, next);
        var stored = store.Commit(type.Storage, live.Name, live, gone ? null : next, type.IsCustom);
        if (stored is not null)
        {
            written(type, stored);
        }

        return stored is not null;
    }

    private static bool HasFinalizers(ResourceType type, JsonObject body) =>
        ObjectMetadata.Of(body)["finalizers"] is JsonArray { Count: > 0 }
        || (type.Storage == "namespaces" && body["spec"]?["finalizers"] is JsonArray { Count: > 0 });

    /// <summary>What a write of a subresource may change.</summary>
    private static JsonObject Scope(ResourceRequest request, JsonObject before, JsonObject wanted)
    {
        if (request.Subresource.Length == 0)
        {
            return wanted;
        }

        var field = request.Subresource == "finalize" ? "spec" : "status";
        var scoped = (JsonObject)before.DeepClone();
        scoped.Remove(field);
        if (wanted[field] is { } value)
        {
            scoped[field] = value.DeepClone();
        }

        var metadata = ObjectMetadata.Of(scoped);
        metadata.Remove("managedFields");
        if (ObjectMetadata.Of(wanted)["managedFields"] is { } fields)
        {
            metadata["managedFields"] = fields.DeepClone();
        }

        return scoped;
    }

    private static JsonObject Ordered(ResourceType type, JsonObject body)
    {
        if (!type.IsCustom)
        {
            return Representation.Ordered(type, body);
        }

        body["apiVersion"] = $"{type.Kind.Group}/{type.StorageVersion}";
        return body;
    }
}
