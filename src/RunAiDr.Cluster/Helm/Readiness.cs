using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Helm;

/// <summary>Whether a workload is rolled out, by the rules that kubectl and kstatus have; if not, what is missing.</summary>
/// <param name="IsReady">Rolled out.</param>
/// <param name="Missing">What it waits for.</param>
/// <param name="HasFailed">It will not get there by waiting.</param>
internal readonly record struct Readiness(bool IsReady, string? Missing = null, bool HasFailed = false)
{
    private static readonly Readiness Ready = new(true);

    public static Readiness Of(Workload workload) => workload.Kind.Kind switch
    {
        "Job" => OfJob(workload),
        _ when !workload.IsObserved => new(false, "not seen by its controller yet"),
        "Deployment" => OfDeployment(workload.Status, workload.Replicas),
        "StatefulSet" => OfStatefulSet(workload),
        _ => OfDaemonSet(workload.Status),
    };

    private static Readiness OfDeployment(JsonObject status, long wanted)
    {
        var (updated, available) = (Count(status, "updatedReplicas"), Count(status, "availableReplicas"));
        var all = Count(status, "replicas");
        return updated < wanted ? new(false, $"{updated} of {wanted} updated{Stalled(status)}")
            : all > updated ? new(false, $"{all - updated} old to end{Stalled(status)}")
            : available < wanted ? new(false, $"{available} of {wanted} available{Stalled(status)}")
            : Ready;
    }

    private static string Stalled(JsonObject status) =>
        Condition(status, "Progressing") is { } progressing && progressing.Text("status") == "False" ? ", stalled" : "";

    private static Readiness OfStatefulSet(Workload set)
    {
        var (status, strategy, wanted) = (set.Status, set.Spec.Map("updateStrategy"), set.Replicas);
        var ready = Count(status, "readyReplicas");
        if (ready < wanted)
        {
            return new(false, $"{ready} of {wanted} ready");
        }

        if (strategy?.Text("type") == "OnDelete")
        {
            return Ready;
        }

        // Replicas below the partition stay as they are on purpose.
        var partition = Workload.Number(strategy?.Map("rollingUpdate") ?? [], "partition") ?? 0;
        var (updated, toUpdate) = (Count(status, "updatedReplicas"), Math.Max(0, wanted - partition));
        return updated < toUpdate && status.Text("currentRevision") != status.Text("updateRevision")
            ? new(false, $"{updated} of {toUpdate} updated")
            : Ready;
    }

    private static Readiness OfDaemonSet(JsonObject status)
    {
        var wanted = Count(status, "desiredNumberScheduled");
        var (updated, available) = (Count(status, "updatedNumberScheduled"), Count(status, "numberAvailable"));
        return updated < wanted ? new(false, $"{updated} of {wanted} updated")
            : available < wanted ? new(false, $"{available} of {wanted} available")
            : Ready;
    }

    private static Readiness OfJob(Workload job)
    {
        if (Condition(job.Status, "Failed") is { } failed && failed.Text("status") == "True")
        {
            return new(false, $"failed: {failed.Text("reason")}", HasFailed: true);
        }

        var isDone = Condition(job.Status, "Complete")?.Text("status") == "True" || job.Spec.IsTrue("suspend");
        return isDone ? Ready : new(false, "not complete");
    }

    private static long Count(JsonObject status, string field) => Workload.Number(status, field) ?? 0;

    private static JsonObject? Condition(JsonObject status, string type) =>
        status.Maps("conditions").FirstOrDefault(condition => condition.Text("type") == type);
}
