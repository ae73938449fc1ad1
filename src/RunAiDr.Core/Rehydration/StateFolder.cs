namespace RunAiDr.Core.Rehydration;

/// <summary>What the folder of a file in a state tree says about its content.</summary>
internal abstract record StateFolder
{
    /// <summary>Null where no export writes a file.</summary>
    public static StateFolder? Of(string path) => path.Split('/') switch
    {
        [RestorePointHeader.Path] => new Header(),
        ["values" or "snapshots" or "secrets", not ""] => new NotHandled(),
        ["templates", _] => new ForResources("configmaps", "", "runai"),
        ["namespaces", _, "namespace.yaml"] => new ForResources("namespaces", "", null),
        ["namespaces", var ns, "rolebindings", _] => new ForResources("rolebindings", "rbac.authorization.k8s.io", ns),
        ["namespaces", var ns, var qualified, _] => For(qualified, ns),
        ["cluster", var qualified, _] => For(qualified, null),
        _ => null,
    };

    private static ForResources For(string qualified, string? @namespace)
    {
        var dot = qualified.IndexOf('.', StringComparison.Ordinal);
        return dot < 0
            ? new ForResources(qualified, "", @namespace)
            : new ForResources(qualified[..dot], qualified[(dot + 1)..], @namespace);
    }

    internal sealed record Header : StateFolder;

    internal sealed record NotHandled : StateFolder;

    internal sealed record ForResources(string Plural, string Group, string? Namespace) : StateFolder
    {
        public string QualifiedName => Group.Length == 0 ? Plural : $"{Plural}.{Group}";
    }
}
