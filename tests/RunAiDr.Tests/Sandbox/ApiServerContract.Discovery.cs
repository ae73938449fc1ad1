using RunAiDr.Core.Resources;

namespace RunAiDr.Tests.Sandbox;

public abstract partial class ApiServerContract
{
    [SkippableFact]
    public async Task Discovery_gives_the_kinds_of_every_scope_with_their_versions()
    {
        var kinds = await Client.DiscoverAsync(CancellationToken.None);

        ResourceKind[] wanted =
        [
            new("", "v1", "ConfigMap", "configmaps", true),
            new("", "v1", "Namespace", "namespaces", false),
            new("", "v1", "PersistentVolume", "persistentvolumes", false),
            new("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", true),
            new("", "v1", "Secret", "secrets", true),
            new("", "v1", "Service", "services", true),
            new("", "v1", "ServiceAccount", "serviceaccounts", true),
            new("admissionregistration.k8s.io", "v1", "ValidatingWebhookConfiguration", "validatingwebhookconfigurations", false),
            new("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", false),
            new("apps", "v1", "Deployment", "deployments", true),
            new("apps", "v1", "StatefulSet", "statefulsets", true),
            new("batch", "v1", "CronJob", "cronjobs", true),
            new("coordination.k8s.io", "v1", "Lease", "leases", true),
            new("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", true),
            new("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", false),
            new("rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", "clusterrolebindings", false),
            new("rbac.authorization.k8s.io", "v1", "Role", "roles", true),
            new("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings", true),
            new("scheduling.k8s.io", "v1", "PriorityClass", "priorityclasses", false),
            new("storage.k8s.io", "v1", "StorageClass", "storageclasses", false),
        ];
        Assert.Empty(wanted.Except(kinds));
        Assert.Distinct(kinds);
    }

    [SkippableFact]
    public async Task A_cluster_is_known_by_the_uid_of_kube_system()
    {
        var identity = await Client.IdentifyAsync(CancellationToken.None);

        var system = (await Http.GetAsync("/api/v1/namespaces/kube-system")).Json;
        Assert.Equal((string?)system["metadata"]!["uid"], identity.Uid);
        Assert.StartsWith("v1.", identity.Version, StringComparison.Ordinal);
        Assert.Equal("kubernetes", identity.Distribution);
    }

    [SkippableFact]
    public async Task What_is_not_served_is_a_status_without_details_or_plain_text()
    {
        AssertStatus(await Http.GetAsync("/api/v1/nosuchresources"), 404, "NotFound");
        AssertStatus(await Http.GetAsync("/api/v1/namespaces/default/namespaces"), 404, "NotFound");

        var group = await Http.GetAsync("/apis/no.such.group/v1/things");

        Assert.Equal((404, "404 page not found"), (group.Code, group.Text.Trim()));
    }
}
