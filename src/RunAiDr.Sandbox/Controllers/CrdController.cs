using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Apply;
using RunAiDr.Sandbox.Kinds;
using RunAiDr.Sandbox.Storage;
using RunAiDr.Sandbox.Writing;

namespace RunAiDr.Sandbox.Controllers;

/// <summary>Accepts the names of CRDs, establishes them and has their kinds served.</summary>
internal sealed class CrdController(ObjectStore store, KindRegistry kinds, TimeProvider clock)
{
    public const string Storage = "customresourcedefinitions.apiextensions.k8s.io";
    private readonly Lock _lock = new();

    public void Reconcile()
    {
        lock (_lock)
        {
            var definitions = store.Newest(Storage).OrderBy(d => CreatedAt(d), StringComparer.Ordinal).ToList();
            var served = new List<JsonObject>();
            var taken = new HashSet<string>(StringComparer.Ordinal);
            foreach (var stored in definitions.OrderByDescending(IsEstablished))
            {
                var body = stored.Read();
                var free = taken.Add($"{body["spec"]?["group"]}/{body["spec"]?["names"]?["kind"]}");
                if (free)
                {
                    served.Add(body);
                }

                Establish(stored, body, free);
            }

            kinds.Serve(served);
        }
    }

    private static string CreatedAt(StoredObject stored) => (string?)stored.Read()["metadata"]?["creationTimestamp"] ?? "";

    private static bool IsEstablished(StoredObject stored) => Condition(stored.Read(), "Established") == "True";

    private static string Condition(JsonObject body, string type) => (string?)(body["status"]?["conditions"] as JsonArray ?? [])
        .FirstOrDefault(c => (string?)c?["type"] == type)?["status"] ?? "";

    private void Establish(StoredObject stored, JsonObject body, bool free)
    {
        if (stored.Terminating || Condition(body, "NamesAccepted") == (free ? "True" : "False"))
        {
            return;
        }

        var now = ObjectMetadata.Timestamp(clock.GetUtcNow());
        var conditions = new JsonArray(
            NewCondition("NamesAccepted", free, free ? "NoConflicts" : "KindConflict", free ? "no conflicts found" : "kind is already in use", now),
            NewCondition("Established", free, free ? "InitialNamesAccepted" : "NotAccepted",
                free ? "the initial names have been accepted" : "not all names are accepted", now));
        var spec = body["spec"] as JsonObject ?? [];
        body["status"] = new JsonObject
        {
            ["conditions"] = conditions,
            ["acceptedNames"] = free ? spec["names"]?.DeepClone() : new JsonObject { ["plural"] = spec["names"]?["plural"]?.DeepClone(), ["kind"] = "" },
            ["storedVersions"] = new JsonArray([.. (spec["versions"] as JsonArray ?? [])
                .Where(v => (bool?)v?["storage"] == true).Select(v => v?["name"]?.DeepClone())]),
        };

        ManagedFields.Update(
            BuiltInKinds.All.First(t => t.Storage == Storage).Rules, stored.Read(), body,
            new FieldOwner("kube-apiserver", Applies: false, "apiextensions.k8s.io/v1", "status"), now);

        // Losing the race means that somebody wrote it again, which brings us back here.
        store.Commit(Storage, stored.Name, stored, body, sorted: false);
    }

    private static JsonObject NewCondition(string type, bool status, string reason, string message, string now) => new()
    {
        ["type"] = type,
        ["status"] = status ? "True" : "False",
        ["lastTransitionTime"] = now,
        ["reason"] = reason,
        ["message"] = message,
    };
}
