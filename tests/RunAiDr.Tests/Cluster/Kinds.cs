using RunAiDr.Core.Resources;

namespace RunAiDr.Tests.Cluster;

internal static class Kinds
{
    public static readonly ResourceKind ConfigMap = new("", "v1", "ConfigMap", "configmaps", true);
    public static readonly ResourceKind Secret = new("", "v1", "Secret", "secrets", true);
    public static readonly ResourceKind Namespace = new("", "v1", "Namespace", "namespaces", false);
    public static readonly ResourceKind RoleBinding =
        new("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings", true);
}
