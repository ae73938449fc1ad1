using RunAiDr.Core.Resources;

namespace RunAiDr.Core.Rehydration;

/// <summary>Pre-checks that need no more requests.</summary>
internal static class ContentChecks
{
    private static readonly (string Folder, string What)[] LaterParts =
    [
        ("snapshots/", "volumes: restore the database and the metrics yourself"),
        ("values/", "Helm releases: install the charts yourself with these values"),
        ("secrets/", "encrypted secrets: decrypt them with age and supply the values"),
    ];

    public static PlanCheck Kinds(IReadOnlyCollection<RestorableResource> restored, TargetKinds kinds)
    {
        var unknown = restored.Select(r => r.Resource.Kind).Distinct()
            .Select(kind => (Kind: kind, Why: kinds.WhyUnknown(kind)))
            .Where(item => item.Why is not null)
            .Select(item => $"{item.Kind.QualifiedName} ({item.Kind.Version}) {item.Why}")
            .Order(StringComparer.Ordinal)
            .ToArray();
        return unknown.Length == 0
            ? new("kinds", CheckResult.Ok, "all served by the target or brought by CRDs of the restore point")
            : new(
                "kinds",
                CheckResult.Blocked,
                Listed(unknown),
                "Install the chart or the CRDs that serve these versions, then plan again.");
    }

    public static PlanCheck Secrets(
        IReadOnlyCollection<RestorableResource> restored, IReadOnlyList<PlannedStep> steps, RehydrationOptions options)
    {
        var existing = steps.Where(step => step.Action != PlannedAction.Create && step.Key is { Group: "", Plural: "secrets" })
            .Where(step => step.Reason?.StartsWith("is left as it is", StringComparison.Ordinal) == true)
            .Select(step => step.Key)
            .ToHashSet();
        var missing =
            (from item in restored
             where !existing.Contains(item.Resource.Key)
             from name in StepDecision.MissingSecrets(item.Resource, options)
             select $"{name} (in {item.Path})").Order(StringComparer.Ordinal).ToArray();
        if (missing.Length == 0)
        {
            return new("secrets", CheckResult.Ok, "every value is supplied or its Secret is there already");
        }

        return options.WithoutSecrets
            ? new("secrets", CheckResult.Warning, $"left out: {Listed(missing)}", "Restore them by hand afterwards.")
            : new(
                "secrets",
                CheckResult.Blocked,
                $"no value for {Listed(missing)}",
                "Supply the values, create the Secrets on the target, or leave these resources out.");
    }

    public static IEnumerable<PlanCheck> Dangers(IEnumerable<RestorableResource> resources) =>
        from item in resources
        from danger in Danger.In(item.Resource.Body)
        where !IsOrdinary(item.Resource)
        orderby item.Resource.Key
        select new PlanCheck(
            "danger",
            CheckResult.Warning,
            $"{item.Resource.Key} {danger}",
            Danger.IsClusterAdminBinding(item.Resource.Body)
                ? "It is not restored; create it by hand if it is meant."
                : "Make sure that it is meant.");

    public static PlanCheck Conflicts(IReadOnlyList<PlannedStep> steps)
    {
        var conflicts = steps.Where(step => step.Action == PlannedAction.Conflict)
            .Select(step => step.Key.ToString()).ToArray();
        return conflicts.Length == 0
            ? new("conflicts", CheckResult.Ok, "nothing on the target differs from what would be restored")
            : new(
                "conflicts",
                CheckResult.Warning,
                $"{Listed(conflicts)} on the target differ and are left alone",
                "Remove them, or overwrite them.");
    }

    public static IEnumerable<PlanCheck> NotHandled(IReadOnlyList<string> paths) =>
        from part in LaterParts
        let files = paths.Where(path => path.StartsWith(part.Folder, StringComparison.Ordinal)).ToArray()
        where files.Length > 0
        select new PlanCheck("not handled", CheckResult.Warning, Listed(files), $"Not handled: {part.What}.");

    /// <summary>All of them, for a plan that leaves some out would have to be asked for again.</summary>
    public static string Listed(IEnumerable<string> items) => string.Join(", ", items);

    // Every project namespace of Run:ai is privileged; a plan that warns of each hides the warning that counts.
    private static bool IsOrdinary(Resource resource) => resource.Kind is { Group: "", Plural: "namespaces" };
}
