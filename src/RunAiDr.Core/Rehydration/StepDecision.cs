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

        return options.Overwrite || (IsMadeByKubernetes(resource) && AppliedFields.OnlyAdds(live, desired.Body))
            ? new(PlannedAction.Configure, $"differs in {difference.Path}", desired)
            : new(PlannedAction.Conflict, $"exists and differs in {difference.Path}", desired);
    }

    // It appears with its namespace: finding it, with nothing in it yet, says nothing about what people want.
    private static bool IsMadeByKubernetes(Resource resource) =>
        resource.Kind is { Group: "", Plural: "serviceaccounts" } && resource.Name == "default";
}
