using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Sandbox.Apply;
using RunAiDr.Sandbox.Storage;
using RunAiDr.Sandbox.Writing;

namespace RunAiDr.Sandbox.Controllers.Workloads;

/// <summary>Scheduler and kubelet: pods of workloads are scheduled, become ready or fail, and end.</summary>
/// <param name="objects">Where pods are.</param>
/// <param name="workloads">How long it takes, and which have trouble.</param>
/// <param name="binds">Whether somebody binds claims, so that pods have to wait for that.</param>
internal sealed class PodLife(PlayedObjects objects, SandboxWorkloads workloads, bool binds) : IController
{
    private readonly Dictionary<string, DateTimeOffset> _scheduled = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public bool Waits { get; private set; }

    public void Reconcile()
    {
        Waits = false;
        var pods = objects.All(PlayedObjects.Pods);
        foreach (var gone in _scheduled.Keys.Except(pods.Select(pod => pod.Uid), StringComparer.Ordinal).ToList())
        {
            _scheduled.Remove(gone);
        }

        foreach (var pod in pods.Where(pod => pod.Owners is { Length: > 0 }))
        {
            if (pod.Terminating)
            {
                objects.Remove(PlayedObjects.Pods, pod);
                continue;
            }

            var body = pod.Read();
            if (PlayedObjects.Status(body).Text("phase") is "Succeeded" or "Failed")
            {
                continue;
            }

            Live(pod, body);
            Waits |= !Conditions.Holds(body.Map("status"), "Ready");
            objects.Save(PlayedObjects.Pods, pod, body);
        }
    }

    private void Live(StoredObject pod, JsonObject body)
    {
        var status = PlayedObjects.Status(body);
        var (job, workload) = WorkloadOf(pod, body);
        var trouble = workloads.Trouble(pod.Name.Namespace, workload);
        if (Obstacle(pod, body, trouble) is { } obstacle)
        {
            _scheduled.Remove(pod.Uid);
            status["phase"] = "Pending";
            Conditions.Set(status, new("PodScheduled", Holds: false, "Unschedulable", obstacle), objects.Time);
            objects.Tell(PlayedObjects.Pods, pod, "FailedScheduling", obstacle);
            return;
        }

        body.Ensure("spec").Fill("nodeName", "sandbox");
        status.Fill("startTime", objects.Time);
        Conditions.Set(status, new("PodScheduled", Holds: true), objects.Time);
        Conditions.Set(status, new("Initialized", Holds: true), objects.Time);
        if (!_scheduled.TryGetValue(pod.Uid, out var since))
        {
            _scheduled[pod.Uid] = since = objects.Now;
        }

        var containers = new PodContainers(body, objects.Time);
        if (objects.Now < since + workloads.Delay)
        {
            containers.Wait("Pending", "ContainerCreating", null);
            return;
        }

        Run(pod, containers, job, trouble);
    }

    private void Run(StoredObject pod, PodContainers containers, bool job, PodTrouble? trouble)
    {
        switch (trouble)
        {
            case PodTrouble.ImagePullBackOff:
                containers.Wait("Pending", "ImagePullBackOff", $"Back-off pulling image \"{containers.Image}\"");
                objects.Tell(PlayedObjects.Pods, pod, "Failed", $"Failed to pull image \"{containers.Image}\": not found");
                objects.Tell(PlayedObjects.Pods, pod, "BackOff", $"Back-off pulling image \"{containers.Image}\"");
                break;
            case PodTrouble.CrashLoopBackOff when containers.RunOnce:
                containers.End("Failed", "Error", 1);
                break;
            case PodTrouble.CrashLoopBackOff:
                containers.Crash(pod.Name.Name);
                objects.Tell(
                    PlayedObjects.Pods, pod, "BackOff",
                    $"Back-off restarting failed container {containers.Name} in pod {pod.Name.Name}_{pod.Name.Namespace}({pod.Uid})");
                break;
            case PodTrouble.NotReady:
                containers.Run(ready: false);
                objects.Tell(PlayedObjects.Pods, pod, "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503");
                break;
            default:
                if (job)
                {
                    containers.End("Succeeded", "Completed", 0);
                    break;
                }

                containers.Run(ready: true);
                break;
        }
    }

    /// <summary>Why no node takes the pod, null when one does.</summary>
    private string? Obstacle(StoredObject pod, JsonObject body, PodTrouble? trouble)
    {
        if (trouble == PodTrouble.Unschedulable)
        {
            return "0/1 nodes are available: 1 Insufficient memory.";
        }

        foreach (var claim in ClaimsOf(body))
        {
            var found = objects.Find(PlayedObjects.Claims, pod.Name.Namespace, claim);
            if (found is null)
            {
                return $"persistentvolumeclaim \"{claim}\" not found";
            }

            if (binds && found.Read().Map("status")?.Text("phase") != "Bound")
            {
                return "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.";
            }
        }

        return null;
    }

    /// <summary>Names of the claims that a pod mounts.</summary>
    public static IEnumerable<string> ClaimsOf(JsonObject pod) => (pod.Map("spec") ?? []).Maps("volumes")
        .Select(volume => volume.Map("persistentVolumeClaim")?.Text("claimName")).OfType<string>();

    private (bool IsJob, string Name) WorkloadOf(StoredObject pod, JsonObject body)
    {
        var owner = ObjectMetadata.Of(body).Maps("ownerReferences").First();
        var name = owner.Text("name") ?? "";
        var deployment = owner.Text("kind") == "ReplicaSet"
            && objects.Find(PlayedObjects.ReplicaSets, pod.Name.Namespace, name)?.Read() is { } set
                ? ObjectMetadata.Of(set).Maps("ownerReferences").FirstOrDefault()?.Text("name")
                : null;
        return (owner.Text("kind") == "Job", deployment ?? name);
    }
}
