using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Runbook;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Rehydration;

/// <summary>Pre-checks that need no more requests.</summary>
internal static class ContentChecks
{
    private static readonly (string Folder, string What, string Remedy)[] LaterParts =
    [
        (StateFolder.Snapshots, "volumes", "Restore the database and the metrics yourself."),
        (StateFolder.Values, "Helm releases", "Install the charts yourself with these values."),
        (StateFolder.Secrets, "encrypted secrets", "Decrypt them with age and supply the values."),
    ];

    /// <summary>Whether the target will take every kind. A chart that is installed on the way may bring some.</summary>
    public static PlanCheck Kinds(
        IReadOnlyCollection<RestorableResource> restored, TargetKinds kinds, IReadOnlyList<PlannedPart> parts)
    {
        var brings = parts.Any(part => part.Part is ReleasePart && part.Action != PlannedAction.Skip);
        var unknown = restored.Select(r => r.Resource.Kind).Distinct()
            .Select(kind => (Kind: kind, Why: kinds.WhyUnknown(kind)))
            .Where(item => item.Why is not null)
            .Select(item => $"{item.Kind.QualifiedName} ({item.Kind.Version}) {item.Why}")
            .Order(StringComparer.Ordinal)
            .ToArray();
        if (unknown.Length > 0 && brings)
        {
            return new(
                "kinds", CheckResult.Warning, $"{unknown.Length} that the target does not serve yet", "The charts have to bring them; what they do not bring fails by name.")
            { Items = unknown };
        }

        return unknown.Length == 0
            ? new("kinds", CheckResult.Ok, "all served by the target or brought by CRDs of the restore point")
            : new(
                "kinds",
                CheckResult.Blocked,
                $"{unknown.Length} that the target cannot take",
                "Install the chart or the CRDs that serve these versions, then plan again.")
            { Items = unknown };
    }

    /// <summary>Values that are no texts, where a text is wanted.</summary>
    public static IEnumerable<PlanCheck> Misfits(IReadOnlyCollection<RestorableResource> restored, RehydrationOptions options)
    {
        string[] misfits =
        [
            .. (from item in restored
                from name in SecretFilling.MisfitsIn(item.Resource, options.Secrets)
                select $"{name} (in {item.Path})").Order(StringComparer.Ordinal),
        ];
        return misfits.Length == 0 ? [] : [Misfit(misfits)];
    }

    /// <summary>See <see cref="Misfits"/>.</summary>
    public static PlanCheck Misfit(IReadOnlyList<string> names) => new(
        "secrets",
        CheckResult.Blocked,
        $"{names.Count} values are no text, and only a whole value in data of a Secret can be anything else",
        "Supply a text for them.")
    { Items = names };

    /// <summary>Where the charts will take images from, so that somebody looks at it: what runs there has the whole cluster.</summary>
    public static IEnumerable<PlanCheck> Images(RestorePoint point)
    {
        string[] registries =
        [
            .. point.Releases.Select(release => release.Values)
                .Concat(point.Restored.Where(item => item.Resource.Kind is { Group: "run.ai", Plural: "runaiconfigs" }).Select(item => item.Resource.Body))
                .SelectMany(Settings.Registries).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
        ];
        return registries.Length == 0 ? [] : [new("images", CheckResult.Ok, $"from {string.Join(", ", registries)}, as values and runaiconfig say")];
    }

    public static PlanCheck Secrets(
        IReadOnlyCollection<RestorableResource> restored, TargetReads reads, RehydrationOptions options)
    {
        var missing =
            (from item in restored
             where !IsSecretThere(item.Resource)
             from name in StepDecision.MissingSecrets(item.Resource, options)
             select $"{name} (in {item.Path})").Order(StringComparer.Ordinal).ToArray();
        if (missing.Length == 0)
        {
            return new("secrets", CheckResult.Ok, "every value is supplied or its Secret is there already");
        }

        return options.WithoutSecrets
            ? new(
                "secrets", CheckResult.Warning, $"{missing.Length} values are left out", "Restore them by hand afterwards.")
            {
                Items = missing,
            }
            : new(
                "secrets",
                CheckResult.Blocked,
                $"{missing.Length} values are not supplied",
                "Supply the values (--identity opens those that are encrypted in the restore point), create the Secrets on the target, or leave these resources out.")
            {
                Items = missing,
            };

        // Somebody prepared it. Other resources are not complete without the value, whoever made them.
        bool IsSecretThere(Resource resource) =>
            resource.Kind is { Group: "", Plural: "secrets" } && reads.IsThere(resource.Key);
    }

    /// <summary>A project has one namespace: with two of them its workloads end up in either.</summary>
    public static IEnumerable<PlanCheck> Projects(IEnumerable<RestorableResource> restored) =>
        from item in restored
        let project = RestoreOrder.ProjectOf(item.Resource)
        where project is not null
        group item.Resource.Name by project into named
        where named.Skip(1).Any()
        orderby named.Key
        select new PlanCheck(
            "projects",
            CheckResult.Blocked,
            $"project {named.Key} has {named.Count()} namespaces",
            "Keep the label runai/queue at one of them only.")
        { Items = [.. named.Order(StringComparer.Ordinal)] };

    public static PlanCheck Conflicts(IReadOnlyList<PlannedStep> steps)
    {
        var conflicts = steps.Where(step => step.Action == PlannedAction.Conflict)
            .Select(step => step.Key.ToString()).ToArray();
        return conflicts.Length == 0
            ? new("conflicts", CheckResult.Ok, "nothing on the target differs from what would be restored")
            : new(
                "conflicts",
                CheckResult.Warning,
                $"{conflicts.Length} exist, differ and are left alone",
                "Remove them, or overwrite them.")
            { Items = conflicts };
    }

    public static IEnumerable<PlanCheck> NotHandled(IReadOnlyList<string> paths) =>
        from part in LaterParts
        let files = paths.Where(path => path.StartsWith(part.Folder, StringComparison.Ordinal)).ToArray()
        where files.Length > 0
        select new PlanCheck("not handled", CheckResult.Warning, part.What, part.Remedy) { Items = files };
}
