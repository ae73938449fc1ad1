using System.Text.Json.Nodes;
using RunAiDr.Core;
using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Helm;

/// <summary>What pods of a release show that nothing else does: that their images are on the way.</summary>
/// <param name="OfHook">Whether one of a hook is there that has not ended.</param>
/// <param name="State">Differs whenever one that is starting gets on.</param>
internal sealed record StartingState(bool OfHook, string State);

/// <summary>Looks at the pods of a release that have not started.</summary>
internal sealed class StartingPods(ClusterClient cluster, ReleaseWorkloads workloads)
{
    private static readonly ResourceKind Pod = new("", "v1", "Pod", "pods", Namespaced: true);

    /// <exception cref="RunAiDrException">The server cannot be reached.</exception>
    public async Task<StartingState> LookAsync(CancellationToken ct)
    {
        var (owners, hooks) = (await workloads.ListAsync(Workload.Kinds, ct), await workloads.HookJobsAsync(ct));
        var (ofHook, marks) = (false, new List<string>());
        foreach (var place in workloads.Namespaces)
        {
            var pods = await PodsAsync(place, ct);
            ofHook |= pods.Any(pod => PhaseOf(pod) is not ("Succeeded" or "Failed") && IsOfHook(pod, place, hooks));
            marks.AddRange(pods.Where(pod => IsStarting(pod) && IsOfAny(pod, place, owners)).Select(MarkOf));
        }

        return new(ofHook, string.Join(' ', marks.Order(StringComparer.Ordinal)));
    }

    private static bool IsOfHook(JsonObject pod, string place, IReadOnlyList<Workload> hooks) =>
        (new Workload(Pod, pod).IsHook && PhaseOf(pod) is not null) || IsOfAny(pod, place, hooks);

    private static bool IsOfAny(JsonObject pod, string place, IReadOnlyList<Workload> owners) =>
        owners.Any(owner => owner.Namespace == place && owner.HasPod(pod));

    private static string? PhaseOf(JsonObject pod) => pod.Map("status")?.Text("phase");

    // A pod of several containers is running when the first of them is. One that crashes changes for ever.
    private static bool IsStarting(JsonObject pod) =>
        PhaseOf(pod) is null or "Pending" || Containers(pod).Any(container =>
            container.Map("state")?.Map("waiting")?.Text("reason") is "ContainerCreating" or "PodInitializing");

    private static string MarkOf(JsonObject pod)
    {
        var metadata = pod.Map("metadata") ?? [];
        var states = Containers(pod).Select(container => container["state"]?.ToJsonString() ?? "");
        return $"{metadata.Text("uid")} {metadata.Text("resourceVersion")} {string.Join(' ', states)}";
    }

    private static IEnumerable<JsonObject> Containers(JsonObject pod)
    {
        var status = pod.Map("status") ?? [];
        return status.Maps("initContainerStatuses").Concat(status.Maps("containerStatuses"));
    }

    // Whoever may install need not be allowed to look at pods.
    private async Task<IReadOnlyList<JsonObject>> PodsAsync(string place, CancellationToken ct)
    {
        try
        {
            return await cluster.ListAsync(new ListSelection(Pod, place), ct);
        }
        catch (RunAiDrException refusal) when (refusal.Fault == Fault.ClusterRefused)
        {
            return [];
        }
    }
}
