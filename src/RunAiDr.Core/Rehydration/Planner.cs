using RunAiDr.Core.Rehydration.Mapping;
using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Scopes;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Rehydration;

/// <summary>
/// Finds out what a rehydration would do and what stands in its way. Reads only.
/// </summary>
/// <param name="target">Where it would be restored to.</param>
/// <param name="time">Tells how old the restore point is.</param>
/// <param name="scope">What may be restored; null allows everything.</param>
/// <param name="tools">Restores what is no resource; null leaves that to others.</param>
public sealed class Planner(IClusterWriter target, TimeProvider time, Scope? scope, RestoreTools? tools = null)
{
    /// <exception cref="RunAiDrException">The target cannot be reached.</exception>
    public async Task<RehydrationPlan> PlanAsync(IStateTree tree, RehydrationOptions options, CancellationToken ct)
    {
        var restorePoint = RestorePointReader.Read(tree);
        if (restorePoint.Problems.Count > 0)
        {
            var problems = restorePoint.Problems.Select(problem => new PlanCheck(
                "restore point", CheckResult.Blocked, problem.Message, problem.Remedy));
            return PlanOf(restorePoint, options, [.. problems], []);
        }

        var marker = await TargetMarker.ReadAsync(target, tree.Id, ct);
        options = options with { OwnSince = marker?.Since, Done = marker?.Done ?? options.Done };
        var restored = Wanted(restorePoint, options);
        var kinds = new TargetKinds(await target.DiscoverAsync(ct), restored);
        var reads = new TargetReads(target, options.Parallelism);
        var targetChecks = new TargetChecks(target, reads, restored, options.Parallelism);
        var steps = await StepsAsync(restorePoint, kinds, reads, options, ct);
        var (parts, partChecks) = await PartsAsync(restorePoint, options, ct);
        var state = await TargetState.ReadAsync(target, reads, marker, restorePoint, options, ct);
        PlanCheck[] checks =
        [
            new("restore point", CheckResult.Ok, $"{restorePoint.Resources.Count} resources, all readable"),
            .. ScopeChecks(tree, restorePoint, options),
            state.Check,
            .. await IdentityChecks.OfAsync(target, restorePoint, parts, ct),
            .. RestoreParts.Snapshots(restorePoint, options, time.GetUtcNow()),
            .. partChecks,
            ContentChecks.Kinds(restored, kinds, parts),
            ContentChecks.Secrets(restored, reads, options),
            .. ContentChecks.Misfits(restored, options),
            .. ContentChecks.Projects(restored),
            await targetChecks.PermissionsAsync(ct),
            await targetChecks.NamespacesAsync(ct),
            await targetChecks.RolesAsync(ct),
            .. await targetChecks.BindingsAsync(steps, ct),
            await targetChecks.ServiceAccountsAsync(ct),
            await targetChecks.StorageClassesAsync(ct),
            .. DangerChecks.Of(restorePoint.Resources),
            .. ContentChecks.Images(restorePoint),
            ContentChecks.Conflicts(steps),
            .. ContentChecks.NotHandled(NotHandled(restorePoint)),
        ];
        return PlanOf(restorePoint, options, checks, steps) with { Parts = parts, OwnsTarget = state.IsOwn, NotHandled = NotHandled(restorePoint), MissingSecrets = MissingSecrets(restored, restorePoint, parts, options) };
    }

    // The scope knows the names of the cluster that was saved, not those that the target is to have.
    private PlanCheck[] ScopeChecks(IStateTree tree, RestorePoint point, RehydrationOptions options) => scope is null
        ? []
        : [ScopeCheck.Of(scope, tree is MappedStateTree mapped ? RestorePointReader.Read(mapped.Saved) : point, options, tools is not null)];

    /// <summary>What of the restore point nothing here restores.</summary>
    private IReadOnlyList<string> NotHandled(RestorePoint point) =>
        tools is null ? point.NotHandled : [.. point.NotHandled.Where(path => !RestoreParts.Restores(path))];

    private static IReadOnlyList<string> MissingSecrets(
        IEnumerable<RestorableResource> restored, RestorePoint point, IReadOnlyList<PlannedPart> parts, RehydrationOptions options)
    {
        var releases = parts.Any(part => part.Part is ReleasePart) ? point.Releases.Select(release => release.Values) : [];
        return
        [
            .. restored.Select(item => item.Resource.Body).Concat(releases).SelectMany(SecretFilling.NamesIn)
                .Where(name => !options.Secrets.ContainsKey(name)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
        ];
    }

    private static RestorableResource[] Wanted(RestorePoint point, RehydrationOptions options) =>
        [.. point.Restored.Where(item => options.Phases.Contains(RestoreOrder.PhaseOf(item.Resource)))];

    private async Task<(IReadOnlyList<PlannedPart> Parts, IReadOnlyList<PlanCheck> Checks)> PartsAsync(
        RestorePoint point, RehydrationOptions options, CancellationToken ct)
    {
        var (planned, checks) = (new List<PlannedPart>(), new List<PlanCheck>());
        foreach (var part in tools is null ? [] : RestoreParts.Of(point, tools, options, target, time))
        {
            var plan = await part.PlanAsync(ct);
            checks.AddRange(plan.Checks);
            planned.Add(new(part, plan));
        }

        return (planned, checks);
    }

    private async Task<IReadOnlyList<PlannedStep>> StepsAsync(
        RestorePoint restorePoint,
        TargetKinds kinds,
        TargetReads reads,
        RehydrationOptions options,
        CancellationToken ct)
    {
        var restored = Wanted(restorePoint, options);
        var namespaces = await reads.GetAsync(restored.SelectMany(r => NamespaceOf(r.Resource)), ct);
        var live = await reads.GetAsync(
            restored.Select(r => r.Resource).Where(CanExist).Select(r => (r.Kind, r.Key)), ct);
        var owners = new OwnerLinks(target, kinds);
        var steps = new List<PlannedStep>();
        foreach (var wave in RestoreOrder.Arrange(restored))
        {
            foreach (var (_, resource) in wave.Resources)
            {
                steps.Add(await StepAsync(wave.Phase, resource));
            }
        }

        return [.. steps, .. CompareOnlySteps(restorePoint)];

        // What lies in a namespace or is of a kind that is not there yet needs no request to be known as missing.
        bool CanExist(Resource resource) =>
            kinds.IsServed(resource.Kind)
            && NamespaceOf(resource).All(ns => !namespaces[ns.Key].IsMissing);

        async Task<PlannedStep> StepAsync(RestorePhase phase, Resource resource)
        {
            var reading = live.GetValueOrDefault(resource.Key);
            if (reading.Refused)
            {
                return new(phase, resource.Key, PlannedAction.Skip, "may not be read: what would happen is not known");
            }

            var relinked = await owners.RelinkAsync(resource, ct);
            var decision = StepDecision.For(relinked.Resource, reading.Live, options);
            var dropped = relinked.Dropped.Where(owner => !WillBeThere(owner)).Select(Relinked.Text).ToArray();
            var reasons = string.Join("; ", dropped.Prepend(decision.Reason).Where(reason => reason is not null));
            return new(phase, resource.Key, decision.Action, reasons.Length == 0 ? null : reasons);
        }

        bool WillBeThere(OwnerReference owner) => restored.Any(r =>
            owner == new OwnerReference(r.Resource.Kind.Group, r.Resource.Kind.Kind, r.Resource.Name));
    }

    private static IEnumerable<PlannedStep> CompareOnlySteps(RestorePoint restorePoint) =>
        from resource in restorePoint.CompareOnly
        select new PlannedStep(
            RestoreOrder.PhaseOf(resource),
            resource.Key,
            PlannedAction.Skip,
            Danger.IsClusterAdminBinding(resource.Body)
                ? "compare only: nobody is bound to cluster-admin by a rehydration"
                : "compare only: the control plane brings it back");

    private static IEnumerable<(ResourceKind Kind, ResourceKey Key)> NamespaceOf(Resource resource) =>
        resource.Namespace is { } name
            ? [(KnownKinds.Namespace, ResourceKey.For(KnownKinds.Namespace, null, name))]
            : [];

    private RehydrationPlan PlanOf(
        RestorePoint restorePoint,
        RehydrationOptions options,
        IReadOnlyList<PlanCheck> checks,
        IReadOnlyList<PlannedStep> steps) =>
        new(restorePoint.Id, restorePoint.CommittedAt, time.GetUtcNow() - restorePoint.CommittedAt, checks, steps)
        {
            RestorePoint = restorePoint,
            Options = options,
        };
}
