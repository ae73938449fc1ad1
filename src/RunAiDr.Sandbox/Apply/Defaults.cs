using System.Text;
using System.Text.Json.Nodes;

namespace RunAiDr.Sandbox.Apply;

/// <summary>Defaults of the built-in kinds: what the server fills in before it computes ownership, so that Update managers own
/// them. Cluster IPs and node ports are not among them, they are the caller's to allocate.</summary>
internal static class Defaults
{
    private const string Rbac = "rbac.authorization.k8s.io";

    /// <summary>Completes a decoded body in place.</summary>
    public static void Apply(string apiVersion, string kind, JsonObject body)
    {
        var spec = body.Map("spec");
        switch ($"{apiVersion}/{kind}")
        {
            case "v1/Namespace":
                body.Ensure("metadata").Ensure("labels")["kubernetes.io/metadata.name"] = body["metadata"].Text("name");
                break;
            case "v1/Secret":
                Secret(body);
                break;
            case "v1/Service":
                Service(spec);
                break;
            case "v1/PersistentVolume":
                spec.Fill("persistentVolumeReclaimPolicy", "Retain");
                spec.Fill("volumeMode", "Filesystem");
                spec.Map("hostPath").Fill("type", "");
                break;
            case "v1/PersistentVolumeClaim":
                spec.Fill("volumeMode", "Filesystem");
                break;
            case "v1/LimitRange":
                LimitRange(spec);
                break;
            case $"{Rbac}/v1/RoleBinding" or $"{Rbac}/v1/ClusterRoleBinding":
                Binding(body);
                break;
            case "storage.k8s.io/v1/StorageClass":
                body.Fill("reclaimPolicy", "Delete");
                body.Fill("volumeBindingMode", "Immediate");
                break;
            case "scheduling.k8s.io/v1/PriorityClass":
                body.Fill("preemptionPolicy", "PreemptLowerPriority");
                break;
            case "networking.k8s.io/v1/NetworkPolicy":
                NetworkPolicy(spec);
                break;
            case "networking.k8s.io/v1/IngressClass":
                spec.Map("parameters").Fill("scope", "Cluster");
                break;
            case "admissionregistration.k8s.io/v1/MutatingWebhookConfiguration" or "admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration":
                Webhooks(body, kind);
                break;
            case "apiextensions.k8s.io/v1/CustomResourceDefinition":
                spec?.Ensure("conversion").Fill("strategy", "None");
                spec.Map("names").Fill("singular", LowerKind(spec.Map("names")));
                spec.Map("names").Fill("listKind", spec.Map("names").Text("kind") + "List");
                break;
            default:
                WorkloadDefaults.Apply(kind, apiVersion, spec);
                break;
        }
    }

    private static string LowerKind(JsonNode? names)
    {
#pragma warning disable CA1308 // Kubernetes derives the singular from the kind in lower case.
        return (names.Text("kind") ?? "").ToLowerInvariant();
#pragma warning restore CA1308
    }

    // stringData is written into data and never read back.
    private static void Secret(JsonObject body)
    {
        body.Fill("type", "Opaque");
        if (body["stringData"] is not JsonObject plain)
        {
            return;
        }

        body.Remove("stringData");
        var data = body.Map("data") ?? [];
        foreach (var (key, value) in plain)
        {
            data[key] = Convert.ToBase64String(Encoding.UTF8.GetBytes((string?)value ?? ""));
        }

        body["data"] = new JsonObject(data.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone())));
    }

    private static void Service(JsonObject? spec)
    {
        spec.Fill("sessionAffinity", "None");
        spec.Fill("type", "ClusterIP");
        foreach (var port in spec.Items("ports"))
        {
            port.Fill("protocol", "TCP");
            port.Fill("targetPort", port["port"]?.DeepClone());
        }

        var type = spec.Text("type");
        if (type is "NodePort" or "LoadBalancer")
        {
            spec.Fill("externalTrafficPolicy", "Cluster");
        }

        if (type == "LoadBalancer")
        {
            spec.Fill("allocateLoadBalancerNodePorts", true);
        }

        if (type != "ExternalName")
        {
            spec.Fill("internalTrafficPolicy", "Cluster");
        }
    }

    private static void LimitRange(JsonObject? spec)
    {
        foreach (var item in spec.Items("limits").Where(item => item.Text("type") == "Container"))
        {
            FillEach(item, "default", item.Map("max"));
            FillEach(item, "defaultRequest", item.Map("default"));
            FillEach(item, "defaultRequest", item.Map("min"));
        }
    }

    private static void FillEach(JsonObject item, string key, JsonObject? source)
    {
        foreach (var (name, value) in source ?? [])
        {
            item.Ensure(key).Fill(name, value?.DeepClone());
        }
    }

    private static void Binding(JsonObject body)
    {
        if (body.Map("roleRef").Text("apiGroup") is null or "")
        {
            body.Ensure("roleRef")["apiGroup"] = Rbac;
        }

        foreach (var subject in body.Items("subjects").Where(subject => subject.Text("kind") is "User" or "Group"))
        {
            subject.Fill("apiGroup", Rbac);
        }
    }

    private static void NetworkPolicy(JsonObject? spec)
    {
        if (spec is not null && spec["policyTypes"] is null)
        {
            spec["policyTypes"] = spec["egress"] is null ? new JsonArray("Ingress") : new JsonArray("Ingress", "Egress");
        }

        foreach (var port in spec.Items("ingress").Concat(spec.Items("egress")).SelectMany(rule => rule.Items("ports")))
        {
            port.Fill("protocol", "TCP");
        }
    }

    private static void Webhooks(JsonObject body, string kind)
    {
        foreach (var webhook in body.Items("webhooks"))
        {
            webhook.Fill("failurePolicy", "Fail");
            webhook.Fill("matchPolicy", "Equivalent");
            webhook.Fill("timeoutSeconds", 10);
            webhook.Fill("namespaceSelector", new JsonObject());
            webhook.Fill("objectSelector", new JsonObject());
            webhook.Map("clientConfig").Map("service").Fill("port", 443);
            if (kind.StartsWith("Mutating", StringComparison.Ordinal))
            {
                webhook.Fill("reinvocationPolicy", "Never");
            }

            foreach (var rule in webhook.Items("rules"))
            {
                rule.Fill("scope", "*");
            }
        }
    }
}
