using System.Text.Json.Nodes;
using RunAiDr.Core.Resources.Dangers;

namespace RunAiDr.Core.Resources;

/// <summary>What in a resource hands out more power than a reviewer expects.</summary>
/// <param name="Text">A short sentence without its subject.</param>
/// <param name="TakesOver">Whoever has it has the whole cluster.</param>
internal sealed record Danger(string Text, bool TakesOver)
{
    /// <summary>Of those that take over the plainest: whoever has it needs to do nothing more.</summary>
    public bool IsWorst { get; init; }

    /// <summary>In a fixed order; empty for nearly every resource.</summary>
    public static IReadOnlyList<Danger> In(JsonObject body) =>
    [
        .. body.Text("kind") switch
        {
            "RoleBinding" or "ClusterRoleBinding" => BindingDangers.In(body),
            "Role" or "ClusterRole" => RoleDangers.In(body),
            "MutatingWebhookConfiguration" or "ValidatingWebhookConfiguration" => AdmissionDangers.InWebhooks(body),
            "MutatingAdmissionPolicy" => [new Danger("changes what is written to the cluster", TakesOver: true)],
            "APIService" => AdmissionDangers.InApiService(body),
            "CustomResourceDefinition" => AdmissionDangers.InDefinition(body),
            "Namespace" or "ServiceAccount" or "Secret" or "ConfigMap" or "PersistentVolume" => TrustDangers.In(body),
            _ => [],
        },
        .. TrustDangers.OfPlace(body),
    ];

    /// <summary>Whether this is a ClusterRoleBinding to <c>cluster-admin</c>: compared, never applied.</summary>
    public static bool IsClusterAdminBinding(JsonObject body) =>
        body.Text("kind") == "ClusterRoleBinding" && BindingDangers.RoleName(body) == BindingDangers.ClusterAdmin;
}
