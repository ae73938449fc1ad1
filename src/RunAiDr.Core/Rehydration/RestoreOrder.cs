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
        private readonly ILookup<(string Group, string Kind, string? Namespace, string Name), RestorableResource> _byName =
            resources.ToLookup(r => (r.Resource.Kind.Group, r.Resource.Kind.Kind, r.Resource.Namespace, r.Resource.Name));

        private readonly Dictionary<ResourceKey, (RestorePhase Phase, int Depth)> _ranks = [];

        // Not by recursion: a hand-edited commit can hold a chain of owners longer than any stack.
        public (RestorePhase Phase, int Depth) RankOf(RestorableResource item)
        {
            var waiting = new Stack<RestorableResource>([item]);
            while (waiting.TryPeek(out var next))
            {
                // Ranked before its owners are: a circle of them, which only a hand-edited commit can hold too, ends here.
                if (_ranks.TryAdd(next.Resource.Key, (PhaseOf(next.Resource), 0)))
                {
                    foreach (var owner in OwnersOf(next.Resource).Where(owner => !_ranks.ContainsKey(owner.Resource.Key)))
                    {
                        waiting.Push(owner);
                    }

                    continue;
                }

                _ranks[next.Resource.Key] = OwnersOf(next.Resource).Select(owner => _ranks[owner.Resource.Key]).Aggregate(
                    (Phase: PhaseOf(next.Resource), Depth: 0), After);
                waiting.Pop();
            }

            return _ranks[item.Resource.Key];
        }

        private static (RestorePhase Phase, int Depth) After((RestorePhase Phase, int Depth) rank, (RestorePhase Phase, int Depth) owner) =>
            owner.Phase > rank.Phase || (owner.Phase == rank.Phase && owner.Depth >= rank.Depth) ? (owner.Phase, owner.Depth + 1) : rank;

        // Whatever lies in a namespace comes after it, as after an owner.
        private IEnumerable<RestorableResource> OwnersOf(Resource resource) =>
            resource.Namespace is { } ns ? _byName[("", "Namespace", null, ns)].Concat(NamedOwnersOf(resource)) : NamedOwnersOf(resource);

        private IEnumerable<RestorableResource> NamedOwnersOf(Resource resource) =>
            from reference in OwnerReference.In(resource.Body)
            from ns in resource.Namespace is { } own ? [null, own] : (string?[])[null]
            from owner in _byName[(reference.Group, reference.Kind, ns, reference.Name)]
            select owner;
    }
}
