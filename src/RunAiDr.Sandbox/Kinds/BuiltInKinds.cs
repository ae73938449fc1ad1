using RunAiDr.Core.Resources;
using static RunAiDr.Sandbox.Kinds.KindTraits;

namespace RunAiDr.Sandbox.Kinds;

/// <summary>The kinds that every API server serves, as far as this one knows them.</summary>
internal static class BuiltInKinds
{
    private static readonly string[] WithoutDeleteCollection = ["create", "delete", "get", "list", "patch", "update", "watch"];

    public static IReadOnlyList<ResourceType> All { get; } =
    [
        .. Core(),
        .. Group("apiextensions.k8s.io",
            Cluster("customresourcedefinitions", "CustomResourceDefinition", Generation | DeleteAnswersObject, "status")
                with { ShortNames = ["crd", "crds"], Categories = ["api-extensions"] }),
        .. Group("admissionregistration.k8s.io",
            Cluster("mutatingwebhookconfigurations", "MutatingWebhookConfiguration", Generation) with { Categories = ["api-extensions"] },
            Cluster("validatingwebhookconfigurations", "ValidatingWebhookConfiguration", Generation) with { Categories = ["api-extensions"] }),
        .. Group("apps",
            Namespaced("controllerrevisions", "ControllerRevision"),
            Namespaced("daemonsets", "DaemonSet", Generation, "status") with { ShortNames = ["ds"], Categories = ["all"] },
            Namespaced("deployments", "Deployment", Generation, "scale", "status") with { ShortNames = ["deploy"], Categories = ["all"] },
            Namespaced("replicasets", "ReplicaSet", Generation, "scale", "status") with { ShortNames = ["rs"], Categories = ["all"] },
            Namespaced("statefulsets", "StatefulSet", Generation, "scale", "status") with { ShortNames = ["sts"], Categories = ["all"] }),
        .. Group("authentication.k8s.io",
            Review("selfsubjectreviews", "SelfSubjectReview"), Review("tokenreviews", "TokenReview")),
        .. Group("authorization.k8s.io",
            Review("localsubjectaccessreviews", "LocalSubjectAccessReview", namespaced: true),
            Review("selfsubjectaccessreviews", "SelfSubjectAccessReview"),
            Review("selfsubjectrulesreviews", "SelfSubjectRulesReview"),
            Review("subjectaccessreviews", "SubjectAccessReview")),
        .. Group("batch",
            Namespaced("cronjobs", "CronJob", Generation, "status") with { ShortNames = ["cj"], Categories = ["all"] },
            Namespaced("jobs", "Job", Generation, "status") with { Categories = ["all"] }),
        .. Group("coordination.k8s.io", Namespaced("leases", "Lease", CreateOnUpdate | NeedsVersionOnUpdate)),
        .. Group("discovery.k8s.io", Namespaced("endpointslices", "EndpointSlice", Generation)),
        .. Group("networking.k8s.io",
            Cluster("ingressclasses", "IngressClass", Generation),
            Namespaced("ingresses", "Ingress", Generation, "status") with { ShortNames = ["ing"] },
            Namespaced("networkpolicies", "NetworkPolicy", Generation) with { ShortNames = ["netpol"] }),
        .. Group("policy", Namespaced("poddisruptionbudgets", "PodDisruptionBudget", Generation, "status") with { ShortNames = ["pdb"] }),
        .. Group("rbac.authorization.k8s.io",
            Cluster("clusterrolebindings", "ClusterRoleBinding", CreateOnUpdate | PathName),
            Cluster("clusterroles", "ClusterRole", CreateOnUpdate | PathName),
            Namespaced("rolebindings", "RoleBinding", CreateOnUpdate | PathName),
            Namespaced("roles", "Role", CreateOnUpdate | PathName)),
        .. Group("scheduling.k8s.io", Cluster("priorityclasses", "PriorityClass", Generation) with { ShortNames = ["pc"] }),
        .. Group("storage.k8s.io",
            Cluster("csidrivers", "CSIDriver", DeleteAnswersObject),
            Cluster("csinodes", "CSINode", DeleteAnswersObject),
            Cluster("storageclasses", "StorageClass", DeleteAnswersObject) with { ShortNames = ["sc"] },
            Cluster("volumeattachments", "VolumeAttachment", DeleteAnswersObject, "status")),
    ];

    private static IEnumerable<ResourceType> Core() => Group("",
        Namespaced("configmaps", "ConfigMap") with { ShortNames = ["cm"] },
        Namespaced("endpoints", "Endpoints", CreateOnUpdate) with { ShortNames = ["ep"] },
        Namespaced("events", "Event", CreateOnUpdate) with { ShortNames = ["ev"] },
        Namespaced("limitranges", "LimitRange", CreateOnUpdate) with { ShortNames = ["limits"] },
        Cluster("namespaces", "Namespace", DeleteAnswersObject, "finalize", "status")
            with
        { ShortNames = ["ns"], Verbs = WithoutDeleteCollection },
        Cluster("nodes", "Node", None, "status") with { ShortNames = ["no"] },
        Namespaced("persistentvolumeclaims", "PersistentVolumeClaim", DeleteAnswersObject, "status") with { ShortNames = ["pvc"] },
        Cluster("persistentvolumes", "PersistentVolume", DeleteAnswersObject, "status") with { ShortNames = ["pv"] },
        Namespaced("pods", "Pod", DeleteAnswersObject | Generation, "portforward", "status") with { ShortNames = ["po"], Categories = ["all"] },
        Namespaced("podtemplates", "PodTemplate", Generation),
        Namespaced("replicationcontrollers", "ReplicationController", Generation, "scale", "status")
            with
        { ShortNames = ["rc"], Categories = ["all"] },
        Namespaced("resourcequotas", "ResourceQuota", DeleteAnswersObject, "status") with { ShortNames = ["quota"] },
        Namespaced("secrets", "Secret"),
        Namespaced("serviceaccounts", "ServiceAccount", DeleteAnswersObject) with { ShortNames = ["sa"] },
        Namespaced("services", "Service", DeleteAnswersObject, "status") with { ShortNames = ["svc"], Categories = ["all"] });

    private static IEnumerable<ResourceType> Group(string group, params IEnumerable<ResourceType> types) =>
        types.Select(type => type with { Kind = type.Kind with { Group = group } });

    private static ResourceType Namespaced(string plural, string kind, KindTraits traits = None, params string[] subresources) =>
        new(new ResourceKind("", "v1", kind, plural, Namespaced: true)) { Traits = traits, Subresources = subresources };

    private static ResourceType Cluster(string plural, string kind, KindTraits traits = None, params string[] subresources) =>
        new(new ResourceKind("", "v1", kind, plural, Namespaced: false)) { Traits = traits, Subresources = subresources };

    private static ResourceType Review(string plural, string kind, bool namespaced = false) =>
        new(new ResourceKind("", "v1", kind, plural, namespaced)) { Traits = KindTraits.Review, Verbs = ["create"] };
}
