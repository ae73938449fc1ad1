using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Apply;
using RunAiDr.Sandbox.Http;
using RunAiDr.Sandbox.Kinds;
using RunAiDr.Sandbox.Storage;

namespace RunAiDr.Sandbox.Writing;

/// <summary>The object after a write, whether it is new, and what the client should be warned of.</summary>
internal sealed record WriteResult(JsonObject Body, bool Created, IReadOnlyList<string> Warnings);

/// <summary>Stores what the write functions decide: admission around them and the race for the revision.</summary>
internal sealed class ObjectWriter(
    ObjectStore store, NamespaceGate gate, RoleGate roles, ServiceAddresses addresses, Action<ResourceType, StoredObject> written)
{
    private const int Attempts = 20;

    public WriteResult Create(ResourceRequest request, ResourceType type, JsonObject body, WriteOptions options)
    {
        ObjectMetadata.Name(type, body, request.Namespace);
        gate.CheckCreate(type, request.Namespace, (string?)ObjectMetadata.Of(body)["name"] ?? "");
        return Insert(request, type, Writes.Create(options.Request(request, type), body), options);
    }

    /// <summary>Stores a decided new object.</summary>
    public WriteResult Insert(ResourceRequest request, ResourceType type, WriteOutcome outcome, WriteOptions options)
    {
        var body = outcome.Body ?? throw Statuses.From(outcome.Refused);
        var name = (string?)ObjectMetadata.Of(body)["name"] ?? "";
        gate.CheckCreate(type, request.Namespace, name);
        roles.Check(type, request.Namespace, body, options.User);
        if (store.Find(type.Storage, request.Namespace, name) is { } existing)
        {
            throw Statuses.AlreadyExists(type.Kind, name, existing.Terminating);
        }

        addresses.Assign(type, body);
        body = Ordered(type, body);
        if (!options.DryRun)
        {
            var stored = store.Commit(type.Storage, new ObjectName(request.Namespace, name), null, body, type.IsCustom)
                ?? throw Statuses.AlreadyExists(type.Kind, name);
            written(type, stored);
        }

        return new WriteResult(Served(type, body), Created: true, outcome.Warnings);
    }

    /// <summary>
    /// Changes an existing object. <paramref name="decide"/> gives the outcome for a copy of the stored one and is called
    /// again when somebody else was faster. Null when the object does not exist.
    /// </summary>
    public WriteResult? Update(ResourceRequest request, ResourceType type, Func<JsonObject, WriteOutcome> decide, WriteOptions options)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var live = store.Find(type.Storage, request.Namespace, request.Name);
            if (live is null)
            {
                return null;
            }

            var outcome = decide(live.Read());
            var next = outcome.Body ?? throw Statuses.From(outcome.Refused);
            if (!outcome.Changed)
            {
                return new WriteResult(next, Created: false, outcome.Warnings);
            }

            CheckRights(request, type, live, next, options);
            next = Ordered(type, next);
            if (options.DryRun || Commit(type, live, next))
            {
                return new WriteResult(Served(type, next), Created: false, outcome.Warnings);
            }
        }

        throw Statuses.Conflict(type.Kind, request.Name);
    }

    private void CheckRights(ResourceRequest request, ResourceType type, StoredObject live, JsonObject next, WriteOptions options)
    {
        var before = live.Read();
        if (!JsonNode.DeepEquals(before["rules"], next["rules"]) || !JsonNode.DeepEquals(before["subjects"], next["subjects"]))
        {
            roles.Check(type, request.Namespace, next, options.User);
        }
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

    private static JsonObject Ordered(ResourceType type, JsonObject body)
    {
        if (!type.IsCustom)
        {
            return Representation.Ordered(type, body);
        }

        body["apiVersion"] = $"{type.Kind.Group}/{type.StorageVersion}";
        return body;
    }

    private static JsonObject Served(ResourceType type, JsonObject body)
    {
        body["apiVersion"] = type.Kind.ApiVersion;
        return body;
    }
}
