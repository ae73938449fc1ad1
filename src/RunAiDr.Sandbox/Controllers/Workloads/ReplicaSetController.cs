using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Sandbox.Writing;

namespace RunAiDr.Sandbox.Controllers.Workloads;

/// <summary>Keeps as many pods as a ReplicaSet wants.</summary>
internal sealed class ReplicaSetController(PlayedObjects objects) : IController
{
    public void Reconcile()
    {
        foreach (var stored in objects.All(PlayedObjects.ReplicaSets).Where(stored => !stored.Terminating))
        {
            var body = stored.Read();
            var pods = new PodSet(objects, stored, body);
            Adjust(pods, PlayedObjects.Number(body.Map("spec"), "replicas", 1));
            Report(body, pods);
            objects.Save(PlayedObjects.ReplicaSets, stored, body);
        }
    }

    private static void Adjust(PodSet pods, int wanted)
    {
        for (var count = pods.Alive.Count; count < wanted; count++)
        {
            pods.Add(_ => { });
        }

        foreach (var surplus in pods.Alive.OrderByDescending(PodSet.IsReady).Skip(wanted))
        {
            pods.End(surplus);
        }
    }

    private static void Report(JsonObject body, PodSet pods)
    {
        var status = PlayedObjects.Status(body);
        status["replicas"] = pods.Alive.Count;
        PlayedObjects.Count(status, "fullyLabeledReplicas", pods.Alive.Count);
        PlayedObjects.Count(status, "readyReplicas", pods.Ready);
        PlayedObjects.Count(status, "availableReplicas", pods.Ready);
        status["observedGeneration"] = ObjectMetadata.Of(body)["generation"]?.DeepClone();
    }
}
