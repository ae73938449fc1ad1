using RunAiDr.Core.Resources;
using RunAiDr.Core.Resources.Dangers;

namespace RunAiDr.Core.Rehydration;

/// <summary>What of a restore point hands out power, so that somebody looks at it before it is restored.</summary>
internal static class DangerChecks
{
    /// <summary>Subject of each of these checks.</summary>
    public const string Subject = "danger";

    private const string AccountsOf = "system:serviceaccounts:";

    /// <summary>The worst first: with them somebody has the whole cluster. Of these, what is not restored comes last.</summary>
    public static IEnumerable<PlanCheck> Of(IReadOnlyCollection<RestorableResource> resources)
    {
        var namespaces = resources.Select(item => item.Resource)
            .Where(resource => resource.Kind is { Group: "", Plural: "namespaces" }).ToDictionary(resource => resource.Name, StringComparer.Ordinal);
        return from item in resources
               from danger in Danger.In(item.Resource.Body).Concat(OfStrangers(item.Resource, namespaces))
               where danger.TakesOver || !IsOrdinary(item.Resource)
               let isRestored = !Danger.IsClusterAdminBinding(item.Resource.Body)
               orderby danger.TakesOver descending, isRestored descending, danger.IsWorst descending, item.Resource.Key
               select new PlanCheck(
                   Subject,
                   CheckResult.Warning,
                   $"{item.Resource.Key} {danger.Text}",
                   isRestored ? "Make sure that it is meant." : "It is not restored; create it by hand if it is meant.");
    }

    /// <summary>A ServiceAccount is whoever may start a pod in its namespace.</summary>
    private static IEnumerable<Danger> OfStrangers(Resource resource, Dictionary<string, Resource> namespaces) =>
        resource.Namespace is { } own && Binding.Is(resource) && namespaces.TryGetValue(own, out var ns) && RestoreOrder.ProjectOf(ns) is not null
            ? from stranger in Binding.ServiceAccountsOf(resource).Select(account => account.Namespace).Concat(GroupsOf(resource)).Distinct(StringComparer.Ordinal)
              where stranger is not null && stranger != own && !namespaces.ContainsKey(stranger)
              select new Danger($"binds service accounts of namespace {stranger}, which is not Run:ai's", TakesOver: false)
            : [];

    private static IEnumerable<string> GroupsOf(Resource binding) =>
        from subject in binding.Body.Maps("subjects")
        let name = subject.Text("name")
        where name is not null && name.StartsWith(AccountsOf, StringComparison.Ordinal)
        select name[AccountsOf.Length..];

    // Every namespace of Run:ai may be privileged; a plan that warns of each hides the warning that counts.
    private static bool IsOrdinary(Resource resource) =>
        resource.Kind is { Group: "", Plural: "namespaces" }
        && !TrustDangers.IsSystem(resource.Name)
        && (RestoreOrder.ProjectOf(resource) is not null || resource.Name.StartsWith("runai", StringComparison.Ordinal));
}
