using RunAiDr.Core.Resources;

namespace RunAiDr.Core.Coverage;

/// <summary>Kinds of which each resource is work that runs: what users submit, and what comes of it.</summary>
internal static class RunningWork
{
    private static readonly string[] Kinds = ["pods", "jobs.batch", "podgroups.scheduling.run.ai", "bindrequests.scheduling.run.ai"];

    private static readonly string[] Groups =
        ["kubeflow.org", "serving.knative.dev", "ray.io", "jobset.x-k8s.io", "leaderworkerset.x-k8s.io"];

    public static bool Has(ResourceKind kind) => Has(kind.Group, kind.Plural);

    /// <summary>An owner is known by its kind in the singular.</summary>
    public static bool Has(Owner owner) => Has(owner.Group, $"{owner.Kind.ToLowerInvariant()}s");

    private static bool Has(string group, string plural) =>
        Kinds.Contains(ResourceKind.Qualify(group, plural), StringComparer.Ordinal)
        || Groups.Contains(group, StringComparer.Ordinal)
        || (group == "run.ai" && plural.EndsWith("workloads", StringComparison.Ordinal));
}
