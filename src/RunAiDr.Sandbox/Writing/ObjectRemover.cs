using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Http;
using RunAiDr.Sandbox.Kinds;
using RunAiDr.Sandbox.Storage;

namespace RunAiDr.Sandbox.Writing;

/// <summary>Deletes objects, or marks them while finalizers hold them.</summary>
internal sealed class ObjectRemover(ObjectStore store, TimeProvider clock, Action<ResourceType, StoredObject> written)
{
    public const string CrdFinalizer = "customresourcecleanup.apiextensions.k8s.io";
    private const int Attempts = 20;

    /// <summary>What DELETE answers: the object, or a Status when it is gone and its kind answers so. Null: not there.</summary>
    public JsonObject? Delete(ResourceType type, string @namespace, string name, DeleteOptions options)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var live = store.Find(type.Storage, @namespace, name);
            if (live is null)
            {
                return null;
            }

            CheckPreconditions(type, live, options);
            NamespaceGate.CheckDelete(type, name);
            if (TryDelete(type, live, options) is { } answer)
            {
                return answer;
            }
        }

        throw Statuses.Conflict(type.Kind, name);
    }

    private static void CheckPreconditions(ResourceType type, StoredObject live, DeleteOptions options)
    {
        if (options.Uid.Length > 0 && options.Uid != live.Uid)
        {
            throw Statuses.PreconditionFailed(type.Kind, live.Name.Name,
                $"the UID in the precondition ({options.Uid}) does not match the UID in record ({live.Uid}). The object might have been deleted and then recreated");
        }

        if (options.ResourceVersion.Length > 0 && options.ResourceVersion != $"{live.Revision}")
        {
            throw Statuses.PreconditionFailed(type.Kind, live.Name.Name,
                $"the ResourceVersion in the precondition ({options.ResourceVersion}) does not match the ResourceVersion in record ({live.Revision}). The object might have been modified");
        }
    }

    private JsonObject? TryDelete(ResourceType type, StoredObject live, DeleteOptions options)
    {
        var body = Representation.Read(type, live);
        if (live.Terminating)
        {
            return body;
        }

        if (IsHeld(type, body, options))
        {
            return Mark(type, live, body, options);
        }

        if (!options.DryRun)
        {
            var gone = store.Commit(type.Storage, live.Name, live, null, type.IsCustom);
            if (gone is null)
            {
                return null;
            }

            written(type, gone);
        }

        return type.Has(KindTraits.DeleteAnswersObject) ? body : Statuses.Deleted(type.Kind, live.Name.Name, live.Uid);
    }

    private static bool IsHeld(ResourceType type, JsonObject body, DeleteOptions options) =>
        options.Finalizer is not null
        || ObjectMetadata.Of(body)["finalizers"] is JsonArray { Count: > 0 }
        || type.Kind.QualifiedName is "namespaces" or "customresourcedefinitions.apiextensions.k8s.io";

    private JsonObject? Mark(ResourceType type, StoredObject live, JsonObject body, DeleteOptions options)
    {
        var metadata = ObjectMetadata.Of(body);
        metadata["deletionTimestamp"] = ObjectMetadata.Timestamp(clock.GetUtcNow());
        switch (type.Kind.QualifiedName)
        {
            case "namespaces":
                body["status"] = new JsonObject { ["phase"] = "Terminating" };
                break;
            case "customresourcedefinitions.apiextensions.k8s.io":
                AddFinalizer(metadata, CrdFinalizer);
                break;
            default:
                metadata["deletionGracePeriodSeconds"] = 0;
                break;
        }

        if (options.Finalizer is { } finalizer)
        {
            AddFinalizer(metadata, finalizer);
        }

        if (type.Has(KindTraits.Generation) && type.Kind.QualifiedName != "customresourcedefinitions.apiextensions.k8s.io")
        {
            metadata["generation"] = ((long?)metadata["generation"] ?? 0) + 1;
        }

        if (options.DryRun)
        {
            return body;
        }

        var stored = store.Commit(type.Storage, live.Name, live, body, type.IsCustom);
        if (stored is null)
        {
            return null;
        }

        written(type, stored);
        return body;
    }

    private static void AddFinalizer(JsonObject metadata, string finalizer)
    {
        var list = metadata["finalizers"] as JsonArray ?? [];
        metadata["finalizers"] = new JsonArray([.. list.Select(f => f?.DeepClone()).Where(f => (string?)f != finalizer), finalizer]);
    }
}
