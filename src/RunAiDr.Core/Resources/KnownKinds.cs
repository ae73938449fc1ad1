namespace RunAiDr.Core.Resources;

/// <summary>Built-in kinds that this program looks at by itself, whatever the scope says.</summary>
public static class KnownKinds
{
    public const string Rbac = "rbac.authorization.k8s.io";

    public static readonly ResourceKind Namespace = new("", "v1", "Namespace", "namespaces", false);
    public static readonly ResourceKind ServiceAccount = new("", "v1", "ServiceAccount", "serviceaccounts", true);
    public static readonly ResourceKind ClusterRole = new(Rbac, "v1", "ClusterRole", "clusterroles", false);
    public static readonly ResourceKind Role = new(Rbac, "v1", "Role", "roles", true);
    public static readonly ResourceKind Definition = new(
        "apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", false);
    public static readonly ResourceKind StorageClass =
        new("storage.k8s.io", "v1", "StorageClass", "storageclasses", false);
}
