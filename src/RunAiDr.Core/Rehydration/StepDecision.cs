using System.Globalization;
using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;

namespace RunAiDr.Core.Rehydration;

/// <summary>What to do with one resource, seen what the target holds. Plan and rehydration decide alike, here.</summary>
internal sealed record StepDecision(PlannedAction Action, string? Reason, Resource Desired)
{
    /// <summary>Names of the placeholders in <paramref name="resource"/> that the operator gave no value for.</summary>
    public static IReadOnlyList<string> MissingSecrets(Resource resource, RehydrationOptions options) =>
        [.. SecretFilling.NamesIn(resource.Body).Where(name => !options.Secrets.ContainsKey(name))];

    public static StepDecision For(Resource resource, JsonObject? live, RehydrationOptions options)
    {
        var names = SecretFilling.NamesIn(resource.Body);
        var missing = names.Where(name => !options.Secrets.ContainsKey(name)).ToArray();
        if (missing.Length > 0)
        {
            var reason = live is null ? "is not restored" : "is left as it is";
            return new(PlannedAction.Skip, $"{reason}: no value supplied for {string.Join(", ", missing)}", resource);
        }

        var desired = names.Count == 0 ? resource : SecretFilling.Fill(resource, options.Secrets);
        if (live is null)
        {
            return new(PlannedAction.Create, null, desired);
        }

        if (AppliedFields.FirstDifference(live, desired.Body) is not { } difference)
        {
            return new(PlannedAction.Unchanged, null, desired);
        }

        if (difference.Path.StartsWith("roleRef", StringComparison.Ordinal) && resource.Kind.Group == KnownKinds.Role.Group)
        {
            return new(PlannedAction.Conflict, $"differs in {difference.Path}, which never changes: delete it first", desired);
        }

        return options.Overwrite || IsOurs(live, resource, options) || MayFillIn(live, desired)
            ? new(PlannedAction.Configure, $"differs in {difference.Path}", desired)
            : new(PlannedAction.Conflict, $"exists and differs in {difference.Path}", desired);
    }

    // A Secret may be what the operator has just made for the next run.
    private static bool IsOurs(JsonObject live, Resource resource, RehydrationOptions options) =>
        options.OwnSince is { } since
        && options.Owns(RestoreOrder.PhaseOf(resource))
        && resource.Kind is not { Group: "", Plural: "secrets" }
        && DateTimeOffset.TryParse(live.Map("metadata")?.Text("creationTimestamp"), CultureInfo.InvariantCulture, out var created)
        && created >= since;

    /// <summary>Whether what is there says nothing about what people want, and applying takes nothing from it.</summary>
    private static bool MayFillIn(JsonObject live, Resource desired) =>
        (IsMadeByKubernetes(desired) && AppliedFields.OnlyAdds(live, desired.Body)) || LacksOnlyItsOwner(live, desired.Body);

    // It appears with its namespace.
    internal static bool IsMadeByKubernetes(Resource resource) =>
        resource.Kind is { Group: "", Plural: "serviceaccounts" } && resource.Name == "default";

    // An earlier run restored it before its owner was there.
    private static bool LacksOnlyItsOwner(JsonObject live, JsonObject desired)
    {
        const string Owners = "ownerReferences";
        if (live.Map("metadata")?[Owners] is not null)
        {
            return false;
        }

        var ownerless = desired.DeepClone().AsObject();
        _ = ownerless.Map("metadata")?.Remove(Owners);
        return AppliedFields.FirstDifference(live, ownerless) is null;
    }
}
