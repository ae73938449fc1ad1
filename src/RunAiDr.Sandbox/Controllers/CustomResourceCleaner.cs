using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Kinds;
using RunAiDr.Sandbox.Storage;
using RunAiDr.Sandbox.Writing;

namespace RunAiDr.Sandbox.Controllers;

/// <summary>Deletes the objects of a CRD that is being deleted, then the CRD.</summary>
internal sealed class CustomResourceCleaner(ObjectStore store, KindRegistry kinds, ObjectRemover remover, CrdController definitions)
    : IController
{
    public void Reconcile()
    {
        foreach (var stored in store.Newest(CrdController.Storage).Where(d => d.Terminating))
        {
            var type = kinds.All.FirstOrDefault(t => t.Definition == stored.Name.Name);
            if (type is null || IsEmptied(type))
            {
                Release(stored);
            }
        }
    }

    private bool IsEmptied(ResourceType type)
    {
        foreach (var instance in store.Newest(type.Storage))
        {
            remover.Delete(type, instance.Name.Namespace, instance.Name.Name, DeleteOptions.Default);
        }

        return store.Newest(type.Storage).Count == 0;
    }

    private void Release(StoredObject stored)
    {
        var body = stored.Read();
        var finalizers = ObjectMetadata.Of(body)["finalizers"] as JsonArray ?? [];
        var others = finalizers.Where(f => (string?)f != ObjectRemover.CrdFinalizer).Select(f => f?.DeepClone()).ToArray();
        if (others.Length == 0)
        {
            store.Commit(CrdController.Storage, stored.Name, stored, null, sorted: false);
        }
        else if (others.Length < finalizers.Count)
        {
            ObjectMetadata.Of(body)["finalizers"] = new JsonArray(others);
            store.Commit(CrdController.Storage, stored.Name, stored, body, sorted: false);
        }

        definitions.Reconcile();
    }
}
