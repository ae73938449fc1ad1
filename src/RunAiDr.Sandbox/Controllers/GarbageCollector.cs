using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Kinds;
using RunAiDr.Sandbox.Storage;
using RunAiDr.Sandbox.Writing;

namespace RunAiDr.Sandbox.Controllers;

/// <summary>Deletes what no owner has left, and lets go what waits for its dependents or for nobody.</summary>
internal sealed class GarbageCollector(ObjectStore store, KindRegistry kinds, ObjectRemover remover) : IController
{
    private static readonly string[] OwnFinalizers =
        ["foregroundDeletion", "orphan", "kubernetes.io/pvc-protection", "kubernetes.io/pv-protection"];

    public void Reconcile()
    {
        var all = ReadAll();
        var dying = all.Where(a => a.Object.Terminating).ToList();
        foreach (var (type, stored) in dying)
        {
            LetGo(type, stored, all);
        }

        foreach (var (type, stored) in Orphans(all))
        {
            remover.Delete(type, stored.Name.Namespace, stored.Name.Name, DeleteOptions.Default with { Uid = stored.Uid });
        }
    }

    private List<(ResourceType Type, StoredObject Object)> ReadAll() =>
        [.. kinds.All.Where(t => !t.Has(KindTraits.Review)).DistinctBy(t => t.Storage, StringComparer.Ordinal)
            .SelectMany(t => store.Newest(t.Storage).Select(o => (Type: t, Object: o)))];

    private List<(ResourceType Type, StoredObject Object)> Orphans(List<(ResourceType Type, StoredObject Object)> all)
    {
        var alive = UidsOf(all);
        var suspects = all.Where(HasNoOwner).ToList();

        // Kinds are read one after the other: an owner made meanwhile shows only in a second look.
        alive = suspects.Count == 0 ? alive : UidsOf(ReadAll());
        return [.. suspects.Where(HasNoOwner)];

        bool HasNoOwner((ResourceType Type, StoredObject Object) a) =>
            a.Object.Owners is { Length: > 0 } owners && !owners.Any(alive.Contains);
    }

    private static HashSet<string> UidsOf(List<(ResourceType Type, StoredObject Object)> all) =>
        all.Select(a => a.Object.Uid).ToHashSet(StringComparer.Ordinal);

    private void LetGo(ResourceType type, StoredObject stored, List<(ResourceType Type, StoredObject Object)> all)
    {
        var body = stored.Read();
        var finalizers = (ObjectMetadata.Of(body)["finalizers"] as JsonArray ?? []).Select(f => (string?)f ?? "").ToList();
        if (!finalizers.Exists(f => OwnFinalizers.Contains(f, StringComparer.Ordinal)))
        {
            return;
        }

        var dependents = all.Where(a => a.Object.Owners?.Contains(stored.Uid, StringComparer.Ordinal) == true).ToList();
        if (finalizers.Contains("orphan", StringComparer.Ordinal))
        {
            dependents.ForEach(d => Disown(d.Type, d.Object, stored.Uid));
        }
        else if (finalizers.Contains("foregroundDeletion", StringComparer.Ordinal) && dependents.Count > 0)
        {
            dependents.ForEach(d => remover.Delete(
                d.Type, d.Object.Name.Namespace, d.Object.Name.Name, DeleteOptions.Default with { Propagation = "Foreground" }));
            return;
        }

        var others = finalizers.Where(f => !OwnFinalizers.Contains(f, StringComparer.Ordinal)).Select(f => JsonValue.Create(f)).ToArray();
        ObjectMetadata.Of(body)["finalizers"] = new JsonArray([.. others]);
        store.Commit(type.Storage, stored.Name, stored, others.Length == 0 ? null : body, type.IsCustom);
    }

    private void Disown(ResourceType type, StoredObject dependent, string owner)
    {
        var body = dependent.Read();
        var metadata = ObjectMetadata.Of(body);
        var others = (metadata["ownerReferences"] as JsonArray ?? []).Where(o => (string?)o?["uid"] != owner).Select(o => o?.DeepClone()).ToArray();
        if (others.Length == 0)
        {
            metadata.Remove("ownerReferences");
        }
        else
        {
            metadata["ownerReferences"] = new JsonArray(others);
        }

        store.Commit(type.Storage, dependent.Name, dependent, body, type.IsCustom);
    }
}
