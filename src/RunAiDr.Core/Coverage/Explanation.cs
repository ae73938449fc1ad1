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

    private readonly DataClaims _claims = new(scope.Releases, saved);

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

        // Where no rule says that the data is not wanted, a release or an owner would bring back an empty volume.
        if (decision.Verdict != ScopeVerdict.Excluded && _claims.Explain(found.Head) is { } data)
        {
            return data;
        }

        if (IsGenerated(found, decision))
        {
            return (CoverageReason.Generated, "");
        }

        foreach (var owner in found.Owners)
        {
            if (owner.Controls || RunningWork.Has(owner))
            {
                return (owner.Controls ? CoverageReason.Owned : CoverageReason.Workload, $"{owner}");
            }
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

    private (CoverageReason Reason, string Detail) OfOthers(ResourceHead head, ScopeDecision decision)
    {
        if (decision is { Verdict: ScopeVerdict.Excluded, Rule: { } rule })
        {
            return (CoverageReason.Excluded, $"rule '{rule.Name}' ({rule.Place})");
        }

        if (RunningWork.Has(head.Kind))
        {
            return (CoverageReason.Workload, "");
        }

        if (IsSecret(head))
        {
            return (CoverageReason.Secret, "");
        }

        // What a binding of another namespace names is saved by that, which is not read when only this namespace is looked at.
        if (saved.Has(head.Key))
        {
            return (CoverageReason.Protected, "");
        }

        return decision.Verdict == ScopeVerdict.UnknownKind ? (CoverageReason.KindNotInScope, "")
            : (CoverageReason.Unexplained, head.LastManager is { } manager ? $"last written by {manager}" : "");
    }

    private static bool IsSecret(ResourceHead head) => head.Kind is { Group: "", Plural: "secrets" };

    private static bool IsGenerated(ListedMetadata found, ScopeDecision decision)
    {
        var kind = found.Head.Kind;
        return found.IsToken || found.IsLeaderRecord
            || (decision.Verdict == ScopeVerdict.Generated && !found.Head.IsControlled && found.Release is null)
            || GeneratedKinds.Contains(kind.QualifiedName, StringComparer.Ordinal)
            || GeneratedNames.Contains((kind.QualifiedName, found.Head.Name))
            || kind.Group == "metrics.k8s.io" || kind.Group.EndsWith(".metrics.k8s.io", StringComparison.Ordinal);
    }
}
