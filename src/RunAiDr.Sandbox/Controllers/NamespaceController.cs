using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Kinds;
using RunAiDr.Sandbox.Storage;
using RunAiDr.Sandbox.Writing;

namespace RunAiDr.Sandbox.Controllers;

/// <summary>Empties namespaces that are being deleted, then removes them; says in conditions what holds them.</summary>
internal sealed class NamespaceController(ObjectStore store, KindRegistry kinds, ObjectRemover remover, TimeProvider clock) : IController
{
    public void Reconcile()
    {
        foreach (var stored in store.Newest("namespaces").Where(n => n.Terminating))
        {
            var left = Empty(stored.Name.Name);
            if (left.Count > 0)
            {
                Report(stored, left);
            }
            else
            {
                Remove(stored);
            }
        }
    }

    private List<(ResourceType Type, StoredObject Object)> Empty(string @namespace)
    {
        var left = new List<(ResourceType, StoredObject)>();
        foreach (var type in kinds.All.Where(t => t.Kind.Namespaced && !t.Has(KindTraits.Review)).DistinctBy(t => t.Storage, StringComparer.Ordinal))
        {
            foreach (var stored in store.Newest(type.Storage, @namespace))
            {
                remover.Delete(type, @namespace, stored.Name.Name, DeleteOptions.Default);
            }

            left.AddRange(store.Newest(type.Storage, @namespace).Select(o => (type, o)));
        }

        return left;
    }

    private void Remove(StoredObject stored)
    {
        var body = stored.Read();
        if (body["spec"] is JsonObject spec && spec["finalizers"] is JsonArray finalizers)
        {
            var others = finalizers.Where(f => (string?)f != "kubernetes").Select(f => f?.DeepClone()).ToArray();
            spec["finalizers"] = new JsonArray(others);
        }

        var held = ObjectMetadata.Of(body)["finalizers"] is JsonArray { Count: > 0 } || body["spec"]?["finalizers"] is JsonArray { Count: > 0 };
        if (!held)
        {
            store.Commit("namespaces", stored.Name, stored, null, sorted: false);
        }
    }

    private void Report(StoredObject stored, List<(ResourceType Type, StoredObject Object)> left)
    {
        var body = stored.Read();
        var now = ObjectMetadata.Timestamp(clock.GetUtcNow());
        var counts = left.GroupBy(l => l.Type.Kind).Select(g => $"{g.Key.Plural}.{g.Key.Group} has {g.Count()} resource instances");
        var finalizers = left.SelectMany(l => ObjectMetadata.Of(l.Object.Read())["finalizers"] as JsonArray ?? [])
            .GroupBy(f => (string?)f ?? "", StringComparer.Ordinal).Select(g => $"{g.Key} in {g.Count()} resource instances");
        var conditions = new JsonArray(
            Condition("NamespaceDeletionDiscoveryFailure", "False", "ResourcesDiscovered", "All resources successfully discovered", now),
            Condition("NamespaceDeletionGroupVersionParsingFailure", "False", "ParsedGroupVersions", "All legacy kube types successfully parsed", now),
            Condition("NamespaceDeletionContentFailure", "False", "ContentDeleted", "All content successfully deleted, may be waiting on finalization", now),
            Condition("NamespaceContentRemaining", "True", "SomeResourcesRemain", $"Some resources are remaining: {string.Join(", ", counts)}", now),
            Condition("NamespaceFinalizersRemaining", "True", "SomeFinalizersRemain", $"Some content in the namespace has finalizers remaining: {string.Join(", ", finalizers)}", now));
        if (Messages(body["status"]?["conditions"]) == Messages(conditions))
        {
            return;
        }

        body["status"] = new JsonObject { ["phase"] = "Terminating", ["conditions"] = conditions };
        store.Commit("namespaces", stored.Name, stored, body, sorted: false);
    }

    private static string Messages(JsonNode? conditions) =>
        string.Join('\n', (conditions as JsonArray ?? []).Select(c => (string?)c?["message"]));

    private static JsonObject Condition(string type, string status, string reason, string message, string now) => new()
    {
        ["type"] = type,
        ["status"] = status,
        ["lastTransitionTime"] = now,
        ["reason"] = reason,
        ["message"] = message,
    };
}
