using System.Collections.Concurrent;
using RunAiDr.Core.Resources;

namespace RunAiDr.Core.Rehydration;

/// <summary>Pre-checks that ask the target: rights, and things that resources refer to.</summary>
internal sealed class TargetChecks(
    IClusterWriter target, TargetReads reads, IReadOnlyCollection<RestorableResource> restored, int parallelism)
{
    private static readonly string[] Verbs = ["get", "create", "patch"];

    private readonly HashSet<ResourceKey> _restored = [.. restored.Select(r => r.Resource.Key)];

    /// <summary>Asks per kind for all namespaces first, and per namespace only where that is refused.</summary>
    public async Task<PlanCheck> PermissionsAsync(CancellationToken ct)
    {
        var questions =
            from kind in restored.GroupBy(r => r.Resource.Kind)
            from verb in Verbs
            let namespaces = kind.Select(r => r.Resource.Namespace).OfType<string>().Distinct(StringComparer.Ordinal)
            select (Kind: kind.Key, Verb: verb, Namespaces: namespaces);
        var denied = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(questions, Limit(ct), async (question, token) =>
        {
            if (await target.MayAsync(question.Verb, question.Kind, null, token))
            {
                return;
            }

            if (!question.Kind.Namespaced)
            {
                denied.Add($"{question.Verb} {question.Kind.QualifiedName}");
            }

            foreach (var ns in question.Namespaces)
            {
                if (!await target.MayAsync(question.Verb, question.Kind, ns, token))
                {
                    denied.Add($"{question.Verb} {question.Kind.QualifiedName} in {ns}");
                }
            }
        });
        foreach (var verb in Verbs)
        {
            if (!await target.MayAsync(verb, TargetMarker.Kind, TargetMarker.Namespace, ct))
            {
                denied.Add($"{verb} configmaps in {TargetMarker.Namespace} (marks the target as being rehydrated)");
            }
        }

        return denied.IsEmpty
            ? new("permissions", CheckResult.Ok, $"may {string.Join(", ", Verbs)} everything that would be restored")
            : new(
                "permissions",
                CheckResult.Blocked,
                $"{denied.Count} rights are missing",
                "Grant these rights to the user of this kubeconfig context, or choose another context.")
            {
                Items = [.. denied.Order(StringComparer.Ordinal)],
            };
    }

    public async Task<PlanCheck> NamespacesAsync(CancellationToken ct)
    {
        var wanted = restored
            .Select(r => r.Resource)
            .Select(r => r.Kind.QualifiedName == "namespaces" ? r.Name : r.Namespace)
            .OfType<string>()
            .Select(name => (KnownKinds.Namespace, ResourceKey.For(KnownKinds.Namespace, null, name)))
            .ToArray();
        var found = await reads.GetAsync(wanted, ct);
        var missing = Named(found.Where(item => item.Value.IsMissing && !_restored.Contains(item.Key)));
        if (missing.Length > 0)
        {
            return new(
                "namespaces",
                CheckResult.Blocked,
                $"{missing.Length} are neither on the target nor in the restore point",
                "Create them, or remove the resources in them from the restore point.")
            { Items = missing };
        }

        var leaving = Named(found.Where(item => item.Value.IsBeingDeleted));
        return leaving.Length == 0
            ? new("namespaces", CheckResult.Ok, "all on the target or in the restore point")
            : new(
                "namespaces",
                CheckResult.Warning,
                $"{leaving.Length} are being deleted",
                "The rehydration waits for a while; find out what holds them (finalizers).")
            { Items = leaving };
    }

    public async Task<PlanCheck> RolesAsync(CancellationToken ct)
    {
        var roles = restored.Where(r => Binding.Is(r.Resource)).Select(r => Binding.RoleOf(r.Resource))
            .OfType<(ResourceKind, ResourceKey)>();
        var missing = await MissingAsync(roles, ct);
        if (missing.Length == 0)
        {
            return new("roles", CheckResult.Ok, "every one that a binding names is there or is restored");
        }

        // A binding to a role that is not there is accepted from those who may bind any role; others get a 404.
        var mayBind = await target.MayAsync("bind", KnownKinds.ClusterRole, null, ct);
        return new(
            "roles",
            mayBind ? CheckResult.Warning : CheckResult.Blocked,
            $"{missing.Length} are not there yet, so bindings to them grant nothing",
            mayBind
                ? "The cluster chart brings them: install it before or after."
                : "The cluster chart brings them: install it before, or get the right to bind clusterroles.")
        {
            Items = missing,
        };
    }

    /// <summary>
    /// The API server lets nobody hand out rights that he lacks, unless he may bind the role: the right to create
    /// bindings is not enough.
    /// </summary>
    public async Task<IReadOnlyList<PlanCheck>> BindingsAsync(IReadOnlyList<PlannedStep> steps, CancellationToken ct)
    {
        var written = steps
            .Where(step => step.Action is PlannedAction.Create or PlannedAction.Configure)
            .Select(step => step.Key)
            .ToHashSet();
        var bindings = restored.Select(r => r.Resource).Where(r => Binding.Is(r) && written.Contains(r.Key)).ToArray();
        if (bindings.Length == 0 || await target.MayAsync("bind", KnownKinds.ClusterRole, null, ct))
        {
            return [];
        }

        var denied = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(bindings, Limit(ct), async (binding, token) =>
        {
            if (Binding.RoleOf(binding) is ({ } kind, { } role)
                && !await target.MayBindAsync(kind, role.Name, binding.Namespace, token))
            {
                denied.Add(binding.Key.ToString());
            }
        });
        return denied.IsEmpty
            ? []
            :
            [
                new(
                    "bindings",
                    CheckResult.Blocked,
                    $"{denied.Count} bind a role that this user may not bind",
                    "Grant the verb bind on roles and clusterroles, or choose another context.")
                {
                    Items = [.. denied.Order(StringComparer.Ordinal)],
                },
            ];
    }

    public async Task<PlanCheck> ServiceAccountsAsync(CancellationToken ct)
    {
        var accounts =
            from item in restored
            where Binding.Is(item.Resource)
            from key in Binding.ServiceAccountsOf(item.Resource)
            where key.Name != "default" // Kubernetes makes it with the namespace
            select (KnownKinds.ServiceAccount, key);
        var missing = await MissingAsync(accounts, ct);
        return missing.Length == 0
            ? new("service accounts", CheckResult.Ok, "every one that a binding names is there or is restored")
            : new(
                "service accounts",
                CheckResult.Warning,
                $"{missing.Length} are bound but not there yet",
                "The cluster chart brings those of Run:ai; look at the others.")
            { Items = missing };
    }

    public async Task<PlanCheck> StorageClassesAsync(CancellationToken ct)
    {
        var classes = restored
            .Where(r => r.Resource.Kind is { Group: "", Plural: "persistentvolumeclaims" })
            .Select(r => r.Resource.Body.Map("spec")?.Text("storageClassName"))
            .Where(name => !string.IsNullOrEmpty(name))
            .Select(name => (KnownKinds.StorageClass, ResourceKey.For(KnownKinds.StorageClass, null, name ?? "")));
        var missing = await MissingAsync(classes, ct);
        return missing.Length == 0
            ? new("storage classes", CheckResult.Ok, "every one that a claim names is there or is restored")
            : new(
                "storage classes",
                CheckResult.Warning,
                $"{missing.Length} are not there, so claims will stay pending",
                "Create storage classes of these names.")
            { Items = missing };
    }

    private async Task<string[]> MissingAsync(
        IEnumerable<(ResourceKind Kind, ResourceKey Key)> wanted, CancellationToken ct)
    {
        var found = await reads.GetAsync(wanted.Where(item => !_restored.Contains(item.Key)), ct);
        return
        [
            .. Named(found.Where(item => item.Value.IsMissing)),
            .. Named(found.Where(item => item.Value.Refused)).Select(name => $"{name} (may not be read)"),
        ];
    }

    private static string[] Named(IEnumerable<KeyValuePair<ResourceKey, Reading>> found) =>
        [.. found.Select(item => item.Key).Order().Select(key => key.ToString())];

    private ParallelOptions Limit(CancellationToken ct) =>
        new() { MaxDegreeOfParallelism = parallelism, CancellationToken = ct };
}
