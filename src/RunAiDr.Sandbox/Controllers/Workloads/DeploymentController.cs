using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Sandbox.Storage;
using RunAiDr.Sandbox.Writing;

namespace RunAiDr.Sandbox.Controllers.Workloads;

/// <summary>One ReplicaSet per pod template; the newest has the pods, and older ones lose theirs once it is ready.</summary>
internal sealed class DeploymentController(PlayedObjects objects) : IController
{
    public const string HashLabel = "pod-template-hash";
    private const string Deployments = "deployments.apps";

    public void Reconcile()
    {
        foreach (var stored in objects.All(Deployments).Where(stored => !stored.Terminating))
        {
            Run(stored, stored.Read());
        }
    }

    private void Run(StoredObject stored, JsonObject body)
    {
        var spec = body.Map("spec") ?? [];
        var wanted = PlayedObjects.Number(spec, "replicas", 1);
        var hash = PodSet.HashOf(spec.Map("template"));
        var sets = objects.OwnedBy(stored, PlayedObjects.ReplicaSets);
        var current = sets.Find(set => set.Labels?.GetValueOrDefault(HashLabel) == hash);
        if (current is null)
        {
            objects.Create(PlayedObjects.ReplicaSets, stored.Name.Namespace, SetOf(stored, body, hash, wanted));
            return;
        }

        Scale(current, wanted);
        if (Number(current, "readyReplicas") >= wanted)
        {
            sets.Where(set => set != current).ToList().ForEach(set => Scale(set, 0));
        }

        Report(body, sets, current, wanted);
        objects.Save(Deployments, stored, body);
    }

    private static JsonObject SetOf(StoredObject stored, JsonObject body, string hash, int replicas)
    {
        var spec = body.Map("spec") ?? [];
        var (selector, template) = ((JsonObject?)spec["selector"]?.DeepClone() ?? [], (JsonObject?)spec["template"]?.DeepClone() ?? []);
        var labels = (JsonObject?)template.Map("metadata")?.Map("labels")?.DeepClone() ?? [];
        labels[HashLabel] = hash;
        Label(selector, "matchLabels", hash);
        Label(template.Map("metadata") ?? [], "labels", hash);
        return new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = $"{stored.Name.Name}-{hash}",
                ["labels"] = labels,
                ["annotations"] = new JsonObject { ["deployment.kubernetes.io/desired-replicas"] = $"{replicas}" },
                ["ownerReferences"] = PlayedObjects.OwnerReferences(stored, body),
            },
            ["spec"] = new JsonObject { ["replicas"] = replicas, ["selector"] = selector, ["template"] = template },
        };
    }

    private static void Label(JsonObject parent, string field, string hash)
    {
        if (parent.Map(field) is { } labels)
        {
            labels[HashLabel] = hash;
        }
    }

    private void Scale(StoredObject set, int replicas)
    {
        if (PlayedObjects.Number(set.Read().Map("spec"), "replicas") != replicas)
        {
            objects.Patch(PlayedObjects.ReplicaSets, set, new JsonObject { ["spec"] = new JsonObject { ["replicas"] = replicas } });
        }
    }

    private void Report(JsonObject body, List<StoredObject> sets, StoredObject current, int wanted)
    {
        var status = PlayedObjects.Status(body);
        var (total, ready, updated) =
            (sets.Sum(set => Number(set, "replicas")), sets.Sum(set => Number(set, "readyReplicas")), Number(current, "replicas"));
        status["observedGeneration"] = ObjectMetadata.Of(body)["generation"]?.DeepClone();
        PlayedObjects.Count(status, "replicas", total);
        PlayedObjects.Count(status, "updatedReplicas", updated);
        PlayedObjects.Count(status, "readyReplicas", ready);
        PlayedObjects.Count(status, "availableReplicas", ready);
        PlayedObjects.Count(status, "unavailableReplicas", Math.Max(0, wanted - ready));
        var complete = updated == wanted && total == wanted && ready == wanted;
        Conditions.Set(
            status,
            ready >= wanted
                ? new("Available", Holds: true, "MinimumReplicasAvailable", "Deployment has minimum availability.")
                : new("Available", Holds: false, "MinimumReplicasUnavailable", "Deployment does not have minimum availability."),
            objects.Time);
        Conditions.Set(
            status,
            complete
                ? new("Progressing", Holds: true, "NewReplicaSetAvailable", $"ReplicaSet \"{current.Name.Name}\" has successfully progressed.")
                : new("Progressing", Holds: true, "ReplicaSetUpdated", $"ReplicaSet \"{current.Name.Name}\" is progressing."),
            objects.Time);
    }

    private static int Number(StoredObject set, string field) => PlayedObjects.Number(set.Read().Map("status"), field);
}
