using RunAiDr.Core.Scopes;

namespace RunAiDr.Core.Coverage;

/// <summary>Says why a resource is protected or not: the scope first, then where the resource comes from.</summary>
internal sealed class Explanation(Scope scope, SavedResources saved)
{
    private static readonly string[] GeneratedKinds =
    [
        "componentstatuses",
        "controllerrevisions.apps",
        "endpoints",
        "endpointslices.discovery.k8s.io",
        "events",
        "events.events.k8s.io",
        "leases.coordination.k8s.io",
    ];

    // Written by every cluster into every namespace.
    private static readonly (string Kind, string Name)[] GeneratedNames =
    [
        ("configmaps", "kube-root-ca.crt"),
        ("configmaps", "openshift-service-ca.crt"),
        ("serviceaccounts", "default"),
    ];

    private static readonly string[] WorkloadKinds = ["pods", "jobs.batch", "podgroups.scheduling.run.ai", "bindrequests.scheduling.run.ai"];

    private static readonly string[] WorkloadGroups =
        ["kubeflow.org", "serving.knative.dev", "ray.io", "jobset.x-k8s.io", "leaderworkerset.x-k8s.io"];

    public (CoverageReason Reason, string Detail) Of(ListedMetadata found, ScopeDecision decision)
    {
        if (found.Head.IsTerminating)
        {
            return (CoverageReason.Terminating, "");
        }

        if (decision.Taking is { } rule)
        {
            return OfTaken(found.Head, rule);
        }

        if (IsGenerated(found, decision))
        {
            return (CoverageReason.Generated, "");
        }

        if (found.Controller is { } owner)
        {
            return (CoverageReason.Owned, owner);
        }

        return found.Release is { } release ? OfRelease(release) : OfOthers(found.Head, decision);
    }

    private (CoverageReason Reason, string Detail) OfTaken(ResourceHead head, ScopeRule rule)
    {
        var reason = !saved.Has(head.Key) ? CoverageReason.NotSaved
            : rule.Treatment == Treatment.Compare ? CoverageReason.Compared
            : IsSecret(head) && !saved.HasDataOf(head.Key) ? CoverageReason.Secret
            : CoverageReason.Protected;
        return (reason, rule.Name);
    }

    private (CoverageReason Reason, string Detail) OfRelease(HelmReleaseScope release)
    {
        var reason = !scope.Releases.Contains(release) ? CoverageReason.OtherRelease
            : saved.HasValuesOf(release.Release) ? CoverageReason.Release
            : CoverageReason.NotSaved;
        return (reason, $"release {release.Release}");
    }

    private static (CoverageReason Reason, string Detail) OfOthers(ResourceHead head, ScopeDecision decision)
    {
        if (decision is { Verdict: ScopeVerdict.Excluded, Rule: { } rule })
        {
            return (CoverageReason.Excluded, $"rule '{rule.Name}' ({rule.Place})");
        }

        if (IsWorkload(head))
        {
            return (CoverageReason.Workload, "");
        }

        return IsSecret(head) ? (CoverageReason.Secret, "")
            : (decision.Verdict == ScopeVerdict.UnknownKind ? CoverageReason.KindNotInScope : CoverageReason.Unexplained, "");
    }

    private static bool IsSecret(ResourceHead head) => head.Kind is { Group: "", Plural: "secrets" };

    private static bool IsGenerated(ListedMetadata found, ScopeDecision decision)
    {
        var kind = found.Head.Kind;
        return found.IsToken
            || (decision.Verdict == ScopeVerdict.Generated && found.Controller is null && found.Release is null)
            || GeneratedKinds.Contains(kind.QualifiedName, StringComparer.Ordinal)
            || GeneratedNames.Contains((kind.QualifiedName, found.Head.Name))
            || kind.Group == "metrics.k8s.io" || kind.Group.EndsWith(".metrics.k8s.io", StringComparison.Ordinal);
    }

    private static bool IsWorkload(ResourceHead head) =>
        WorkloadKinds.Contains(head.Kind.QualifiedName, StringComparer.Ordinal)
        || WorkloadGroups.Contains(head.Kind.Group, StringComparer.Ordinal)
        || (head.Kind.Group == "run.ai" && head.Kind.Plural.EndsWith("workloads", StringComparison.Ordinal));
}
