namespace RunAiDr.Core.Resources;

/// <summary>What RoleBindings and ClusterRoleBindings refer to.</summary>
internal static class Binding
{
    public static bool Is(Resource resource) => resource.Kind is
    { Group: KnownKinds.Rbac, Plural: "rolebindings" or "clusterrolebindings" };

    /// <summary>The Role or ClusterRole that a binding names, null when it names none.</summary>
    public static (ResourceKind Kind, ResourceKey Key)? RoleOf(Resource binding)
    {
        var reference = binding.Body.Map("roleRef");
        return reference?.Text("name") is not { } name
            ? null
            : reference.Text("kind") == "Role"
                ? (KnownKinds.Role, ResourceKey.For(KnownKinds.Role, binding.Namespace, name))
                : (KnownKinds.ClusterRole, ResourceKey.For(KnownKinds.ClusterRole, null, name));
    }

    /// <summary>The ServiceAccounts among the subjects, in the binding's own namespace where they name none.</summary>
    public static IEnumerable<ResourceKey> ServiceAccountsOf(Resource binding) =>
        from subject in binding.Body.Maps("subjects")
        where subject.Text("kind") == "ServiceAccount"
        let name = subject.Text("name")
        where name is not null
        select ResourceKey.For(KnownKinds.ServiceAccount, subject.Text("namespace") ?? binding.Namespace, name);

    /// <summary>The Role, if it is not a ClusterRole, and the ServiceAccounts that a binding names; of other kinds nothing.</summary>
    public static IReadOnlyList<ResourceKey> ReferencesOf(Resource resource)
    {
        if (!Is(resource))
        {
            return [];
        }

        ResourceKey[] role = RoleOf(resource) is var (kind, key) && kind == KnownKinds.Role ? [key] : [];
        return [.. role.Concat(ServiceAccountsOf(resource)).Distinct()];
    }
}
