using RunAiDr.Sandbox.Writing;

namespace RunAiDr.Sandbox.Controllers.Workloads;

/// <summary>Finds no node that a DaemonSet could want a pod on.</summary>
internal sealed class DaemonSetController(PlayedObjects objects) : IController
{
    private const string DaemonSets = "daemonsets.apps";

    public void Reconcile()
    {
        foreach (var stored in objects.All(DaemonSets).Where(stored => !stored.Terminating))
        {
            var body = stored.Read();
            PlayedObjects.Status(body)["observedGeneration"] = ObjectMetadata.Of(body)["generation"]?.DeepClone();
            objects.Save(DaemonSets, stored, body);
        }
    }
}
