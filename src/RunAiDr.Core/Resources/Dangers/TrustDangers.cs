using System.Text.Json.Nodes;

namespace RunAiDr.Core.Resources.Dangers;

/// <summary>What others in the cluster trust by its name, its place or its labels.</summary>
internal static class TrustDangers
{
    private const string PodSecurity = "pod-security.kubernetes.io/enforce";

    private static readonly string[] TrustedMaps =
        ["kube-root-ca.crt", "openshift-service-ca.crt", "extension-apiserver-authentication", "aws-auth"];

    private static readonly string[] SystemNamespaces = ["default", "openshift", "runai-dr"];

    private static readonly string[] CloudIdentities =
        ["eks.amazonaws.com/role-arn", "iam.gke.io/gcp-service-account", "azure.workload.identity/client-id"];

    public static IEnumerable<Danger> In(JsonObject body)
    {
        var metadata = body.Map("metadata") ?? [];
        return body.Text("kind") switch
        {
            "Namespace" when metadata.Map("labels")?.Text(PodSecurity) == "privileged" =>
                [new($"{PodSecurity} is privileged", TakesOver: false)],
            "ServiceAccount" =>
                from identity in CloudIdentities
                let name = metadata.Map("annotations")?.Text(identity)
                where name is not null
                select new Danger($"acts outside the cluster as {name}", TakesOver: false),
            "Secret" when body.Text("type") == "kubernetes.io/service-account-token" =>
                [new($"asks for a token of ServiceAccount {metadata.Map("annotations")?.Text("kubernetes.io/service-account.name")}", TakesOver: false)],
            "ConfigMap" when TrustedMaps.Contains(metadata.Text("name"), StringComparer.Ordinal) =>
                [new("is trusted by Kubernetes itself", TakesOver: metadata.Text("namespace") == "kube-system")],
            "PersistentVolume" when (body.Map("spec")?.Map("hostPath") ?? body.Map("spec")?.Map("local"))?.Text("path") is { } path =>
                [new($"gives folder {path} of a node", TakesOver: true)],
            _ => [],
        };
    }

    /// <summary>Whether it is, or lies in, a namespace that is kept for Kubernetes, OpenShift or this service.</summary>
    public static IEnumerable<Danger> OfPlace(JsonObject body)
    {
        var metadata = body.Map("metadata") ?? [];
        var place = body.Text("kind") == "Namespace" ? metadata.Text("name") : metadata.Text("namespace");
        return place is not null && IsSystem(place) && !IsAuthorityOfMonitoring(body, metadata)
            ? [new($"belongs to {place}, which is not Run:ai's", TakesOver: false)]
            : [];
    }

    public static bool IsSystem(string ns) =>
        SystemNamespaces.Contains(ns, StringComparer.Ordinal)
        || ns.StartsWith("kube-", StringComparison.Ordinal) || ns.StartsWith("openshift-", StringComparison.Ordinal);

    // The one resource that Run:ai itself has its operator put there.
    private static bool IsAuthorityOfMonitoring(JsonObject body, JsonObject metadata) =>
        body.Text("kind") == "Secret" && metadata.Text("namespace") == "openshift-monitoring" && metadata.Text("name") == "runai-ca-cert";
}
