using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Sandbox.Apply;
using RunAiDr.Sandbox.Storage;

namespace RunAiDr.Sandbox.Controllers.Workloads;

/// <summary>Runs pods until enough have succeeded or too many have failed.</summary>
internal sealed class JobController(PlayedObjects objects) : IController
{
    private const string Jobs = "jobs.batch";

    public void Reconcile()
    {
        foreach (var stored in objects.All(Jobs).Where(stored => !stored.Terminating))
        {
            var body = stored.Read();
            var status = PlayedObjects.Status(body);
            if (Conditions.Holds(status, "Complete") || Conditions.Holds(status, "Failed"))
            {
                continue;
            }

            Run(stored, body, status);
            objects.Save(Jobs, stored, body);
        }
    }

    private void Run(StoredObject stored, JsonObject body, JsonObject status)
    {
        var spec = body.Map("spec") ?? [];
        var pods = new PodSet(objects, stored, body);
        var phases = pods.Alive.Select(PodSet.PhaseOf).ToList();
        var (succeeded, failed) = (phases.Count(phase => phase == "Succeeded"), phases.Count(phase => phase == "Failed"));
        var (active, wanted) = (phases.Count - succeeded - failed, PlayedObjects.Number(spec, "completions", 1));
        var broken = failed > PlayedObjects.Number(spec, "backoffLimit", 6);
        var parallel = Math.Min(PlayedObjects.Number(spec, "parallelism", 1), wanted - succeeded);
        for (; active < parallel && !broken && !spec.IsTrue("suspend"); active++)
        {
            pods.Add(pod => Label(pod, stored));
        }

        status.Fill("startTime", objects.Time);
        PlayedObjects.Count(status, "active", active);
        PlayedObjects.Count(status, "succeeded", succeeded);
        PlayedObjects.Count(status, "failed", failed);
        status["ready"] = pods.Ready;
        if (succeeded >= wanted)
        {
            status["completionTime"] = objects.Time;
            Conditions.Set(status, new("SuccessCriteriaMet", Holds: true, "CompletionsReached", "Reached expected number of succeeded pods"), objects.Time);
            Conditions.Set(status, new("Complete", Holds: true, "CompletionsReached", "Reached expected number of succeeded pods"), objects.Time);
        }
        else if (broken)
        {
            Conditions.Set(status, new("FailureTarget", Holds: true, "BackoffLimitExceeded", "Job has reached the specified backoff limit"), objects.Time);
            Conditions.Set(status, new("Failed", Holds: true, "BackoffLimitExceeded", "Job has reached the specified backoff limit"), objects.Time);
        }
    }

    private static void Label(JsonObject pod, StoredObject job)
    {
        var labels = pod.Ensure("metadata").Ensure("labels");
        labels["batch.kubernetes.io/controller-uid"] = job.Uid;
        labels["batch.kubernetes.io/job-name"] = job.Name.Name;
        labels["controller-uid"] = job.Uid;
        labels["job-name"] = job.Name.Name;
    }
}
