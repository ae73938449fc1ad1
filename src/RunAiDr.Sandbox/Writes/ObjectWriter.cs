using System.Text.Json.Nodes;
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

    public JsonObject Create(ResourceRequest request, ResourceType type, JsonObject body, WriteOptions options)
    {
        var metadata = ObjectMetadata.Of(body);
        if ((string?)metadata["resourceVersion"] is { Length: > 0 } and not "0")
        {
            throw Statuses.Internal("resourceVersion should not be set on objects to be created");
        }

        ObjectMetadata.Begin(type, body, request.Namespace, options.Now);
        var name = (string?)metadata["name"] ?? "";
        gate.CheckCreate(type, request.Namespace, name);
        if (type.HasStatus)
        {
            body.Remove("status");
        }

        Conform.Normalise(type, body, options);
        FirstState.Complete(type, body);
        Conform.Validate(type, null, body);
        roles.Check(type, request.Namespace, body, options.User);
        Conform.Own(type, null, body, options, "");
        body = Ordered(type, body);
        var key = new ObjectName(request.Namespace, name);
        var existing = store.Find(type.Storage, key.Namespace, key.Name);
        if (existing is not null)
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
    /// called again when somebody else was faster. Null when the object does not exist.
    /// </summary>
    public JsonObject? Update(ResourceRequest request, ResourceType type, Func<JsonObject, JsonObject> change, WriteOptions options, bool owned = false)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var live = store.Find(type.Storage, request.Namespace, request.Name);
            if (live is null)
            {
                return null;
            }

            options.Warnings.Clear();
            if (TryUpdate(request, type, live, change, options, owned) is { } done)
            {
                return done;
            }
        }

        throw Statuses.Conflict(type.Kind, request.Name);
    }

    private JsonObject? TryUpdate(
        ResourceRequest request, ResourceType type, StoredObject live, Func<JsonObject, JsonObject> change, WriteOptions options, bool owned)
    {
        var before = Representation.Read(type, live);
        var next = change(Representation.Read(type, live));
        ObjectMetadata.CheckPreconditions(type, live, next);
        next = Scope(request, type, before, next);
        Conform.Normalise(type, next, options);
        FirstState.Complete(type, next);
        ObjectMetadata.Continue(type, before, next);
        Conform.Validate(type, before, next);
        if (!JsonNode.DeepEquals(before["rules"], next["rules"]) || !JsonNode.DeepEquals(before["subjects"], next["subjects"]))
        {
            roles.Check(type, request.Namespace, next, options.User);
        }

        if (!owned)
        {
            Conform.Own(type, before, next, options, request.Subresource);
        }

        next = Ordered(type, next);
        ObjectMetadata.Of(next)["resourceVersion"] = ObjectMetadata.VersionOf(before);
        if (JsonNode.DeepEquals(before, next) || options.DryRun)
        {
            return next;
        }

        return Finish(type, live, next);
    }

    /// <summary>Stores it, or removes it when it was only waiting for its last finalizer.</summary>
    private JsonObject? Finish(ResourceType type, StoredObject live, JsonObject next)
    {
        if (live.Terminating && !HasFinalizers(type, next))
        {
            // The answer is the last state with its old resourceVersion.
            var gone = store.Commit(type.Storage, live.Name, live, null, type.IsCustom);
            if (gone is null)
            {
                return null;
            }

            written(type, gone);
            return next;
        }

        var stored = store.Commit(type.Storage, live.Name, live, next, type.IsCustom);
        if (stored is null)
        {
            return null;
        }

        written(type, stored);
        return next;
    }

    private static bool HasFinalizers(ResourceType type, JsonObject body) =>
        ObjectMetadata.Of(body)["finalizers"] is JsonArray { Count: > 0 }
        || (type.Kind is { Group: "", Plural: "namespaces" } && body["spec"]?["finalizers"] is JsonArray { Count: > 0 });

    /// <summary>A write of the object leaves its status alone, a write of the status leaves everything else alone.</summary>
    private static JsonObject Scope(ResourceRequest request, ResourceType type, JsonObject before, JsonObject next)
    {
        if (request.Subresource is "status")
        {
            var scoped = (JsonObject)before.DeepClone();
            Take(next, scoped, "status");
            Take(ObjectMetadata.Of(next), ObjectMetadata.Of(scoped), "managedFields");
            return scoped;
        }

        if (request.Subresource is "finalize")
        {
            var scoped = (JsonObject)before.DeepClone();
            scoped["spec"] = next["spec"]?.DeepClone();
            return scoped;
        }

        if (type.HasStatus)
        {
            Take(before, next, "status");
        }

        return next;
    }

    private static void Take(JsonObject from, JsonObject to, string field)
    {
        if (from[field] is { } value)
        {
            to[field] = value.DeepClone();
        }
        else
        {
            to.Remove(field);
        }
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
