using RunAiDr.Core.Resources;

namespace RunAiDr.Core.Rehydration;

/// <summary>Steps of a rehydration, in the order they are taken.</summary>
public enum RestorePhase
{
    CustomResourceDefinitions,
    Namespaces,
    Secrets,
    Classes,
    Volumes,
    ControlPlane,
    Database,
    Metrics,
    ProjectNamespaces,
    Cluster,
    Foundations,
    Configuration,
    RunaiConfig,
    Bindings,
    Rest,
    Admission,
}

/// <summary>Resources that may be applied at the same time. <paramref name="Depth"/> counts owners within the phase.</summary>
internal sealed record RestoreWave(RestorePhase Phase, int Depth, IReadOnlyList<RestorableResource> Resources);

/// <summary>The one place that says what is restored before what.</summary>
public static class RestoreOrder
{
    private static readonly Dictionary<string, RestorePhase> Phases = new(StringComparer.Ordinal)
    {
        ["customresourcedefinitions.apiextensions.k8s.io"] = RestorePhase.CustomResourceDefinitions,
        ["namespaces"] = RestorePhase.Namespaces,
        ["secrets"] = RestorePhase.Secrets,
        ["storageclasses.storage.k8s.io"] = RestorePhase.Classes,
        ["volumesnapshotclasses.snapshot.storage.k8s.io"] = RestorePhase.Classes,
        ["priorityclasses.scheduling.k8s.io"] = RestorePhase.Classes,
        ["ingressclasses.networking.k8s.io"] = RestorePhase.Classes,
        ["clusterroles.rbac.authorization.k8s.io"] = RestorePhase.Foundations,
        ["roles.rbac.authorization.k8s.io"] = RestorePhase.Foundations,
        ["serviceaccounts"] = RestorePhase.Foundations,
        ["configmaps"] = RestorePhase.Configuration,
        ["persistentvolumes"] = RestorePhase.Configuration,
        ["persistentvolumeclaims"] = RestorePhase.Configuration,
        ["runaiconfigs.run.ai"] = RestorePhase.RunaiConfig,
        ["rolebindings.rbac.authorization.k8s.io"] = RestorePhase.Bindings,
        ["clusterrolebindings.rbac.authorization.k8s.io"] = RestorePhase.Bindings,
        ["validatingadmissionpolicies.admissionregistration.k8s.io"] = RestorePhase.Admission,
        ["validatingadmissionpolicybindings.admissionregistration.k8s.io"] = RestorePhase.Admission,
        ["mutatingwebhookconfigurations.admissionregistration.k8s.io"] = RestorePhase.Admission,
        ["validatingwebhookconfigurations.admissionregistration.k8s.io"] = RestorePhase.Admission,
    };

    /// <summary>When a resource is restored.</summary>
    // The control plane knows its projects before their namespaces are there; the cluster wants them from its start.
    public static RestorePhase PhaseOf(Resource resource) =>
        ProjectOf(resource) is not null
            ? RestorePhase.ProjectNamespaces
            : Phases.GetValueOrDefault(resource.Kind.QualifiedName, RestorePhase.Rest);

    /// <summary>The project whose namespace this is, null when it is none.</summary>
    public static string? ProjectOf(Resource resource) =>
        resource.Kind is { Group: "", Plural: "namespaces" } ? resource.Metadata.Map("labels")?.Text("runai/queue") : null;

    /// <summary>
    /// Waves in the order of applying. A resource with an owner among the others comes after it, in the owner's phase
    /// when that is the later one. Within a wave the order is by namespace, name and kind, whatever the input order.
    /// </summary>
    internal static IReadOnlyList<RestoreWave> Arrange(IReadOnlyCollection<RestorableResource> resources)
    {
        var owners = new OwnerIndex(resources);
        return
        [
            .. from item in resources
               group item by owners.RankOf(item) into wave
               orderby wave.Key.Phase, wave.Key.Depth
               select new RestoreWave(wave.Key.Phase, wave.Key.Depth, [.. wave.Order(ByName)]),
        ];
    }

    private static Comparer<RestorableResource> ByName { get; } = Comparer<RestorableResource>.Create((x, y) =>
    {
        var (a, b) = (x.Resource.Key, y.Resource.Key);
        var order = string.CompareOrdinal(a.Namespace ?? "", b.Namespace ?? "");
        order = order != 0 ? order : string.CompareOrdinal(a.Name, b.Name);
        return order != 0 ? order : a.CompareTo(b);
    });

    private sealed class OwnerIndex(IReadOnlyCollection<RestorableResource> resources)
    {
        private readonly ILookup<(string Group, string Kind, string Name), RestorableResource> _byName =
            resources.ToLookup(r => (r.Resource.Kind.Group, r.Resource.Kind.Kind, r.Resource.Name));

        private readonly Dictionary<ResourceKey, (RestorePhase Phase, int Depth)> _ranks = [];

        public (RestorePhase Phase, int Depth) RankOf(RestorableResource item)
        {
            if (_ranks.TryGetValue(item.Resource.Key, out var known))
            {
                return known;
            }

            var rank = (Phase: PhaseOf(item.Resource), Depth: 0);

            // Set before the owners are asked: a circle of owners, which only a hand-edited commit can hold, ends here.
            _ranks[item.Resource.Key] = rank;
            foreach (var owner in OwnersOf(item.Resource))
            {
                var above = RankOf(owner);
                if (above.Phase > rank.Phase || (above.Phase == rank.Phase && above.Depth >= rank.Depth))
                {
                    rank = (above.Phase, above.Depth + 1);
                }
            }

            return _ranks[item.Resource.Key] = rank;
        }

        // Whatever lies in a namespace comes after it, as after an owner.
        private IEnumerable<RestorableResource> OwnersOf(Resource resource) =>
            resource.Namespace is { } ns ? _byName[("", "Namespace", ns)].Concat(NamedOwnersOf(resource)) : NamedOwnersOf(resource);

        private IEnumerable<RestorableResource> NamedOwnersOf(Resource resource) =>
            from reference in OwnerReference.In(resource.Body)
            from owner in _byName[(reference.Group, reference.Kind, reference.Name)]
            where owner.Resource.Namespace is null || owner.Resource.Namespace == resource.Namespace
            select owner;
    }
}
