namespace RunAiDr.Core.Resources;

/// <summary>Which resource, whatever version it is read at. <paramref name="Namespace"/> is null for cluster-scoped kinds.</summary>
public sealed record ResourceKey(string Group, string Plural, string? Namespace, string Name) : IComparable<ResourceKey>
{
    /// <summary><c>configmaps</c>, <c>projects.run.ai</c>.</summary>
    public string QualifiedName => ResourceKind.Qualify(Group, Plural);

    public static ResourceKey For(ResourceKind kind, string? @namespace, string name) =>
        new(kind.Group, kind.Plural, @namespace, name);

    /// <summary>Ordinal by namespace, kind and name; cluster-scoped first.</summary>
    public int CompareTo(ResourceKey? other)
    {
        if (other is null)
        {
            return 1;
        }

        var order = string.CompareOrdinal(Namespace ?? "", other.Namespace ?? "");
        order = order != 0 ? order : string.CompareOrdinal(Plural, other.Plural);
        order = order != 0 ? order : string.CompareOrdinal(Group, other.Group);
        return order != 0 ? order : string.CompareOrdinal(Name, other.Name);
    }

    /// <summary>As kubectl prints it: <c>rolebindings.rbac.authorization.k8s.io/runai-researcher -n team-a</c>.</summary>
    public override string ToString() =>
        Namespace is null ? $"{QualifiedName}/{Name}" : $"{QualifiedName}/{Name} -n {Namespace}";
}
