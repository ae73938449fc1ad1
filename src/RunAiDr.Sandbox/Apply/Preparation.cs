using System.Globalization;
using System.Text.Json.Nodes;

namespace RunAiDr.Sandbox.Apply;

/// <summary>What the server sets on an object after ownership is computed, so that nobody owns it: metadata, generation,
/// finalizers of protection, the first status. Service cluster IPs (<c>clusterIP clusterIPs ipFamilies ipFamilyPolicy</c>)
/// and the conditions of a CRD are the caller's.</summary>
internal static class Preparation
{
    private static readonly HashSet<string> Generations = new(StringComparer.Ordinal)
    {
        "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "Ingress", "IngressClass", "NetworkPolicy",
        "PodDisruptionBudget", "CustomResourceDefinition", "PriorityClass", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration",
    };

    private static readonly string[] Allocated = ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "healthCheckNodePort"];
    private static readonly string[] ServerSet =
        ["namespace", "uid", "resourceVersion", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation"];

    /// <summary>Completes a new object in place.</summary>
    public static void ForCreate(KindRules rules, JsonObject body, string uid, string time)
    {
        var metadata = body.Ensure("metadata");
        metadata.Remove("selfLink");
        metadata.Remove("resourceVersion");
        metadata.Remove("deletionTimestamp");
        metadata["uid"] = uid;
        metadata["creationTimestamp"] = time;
        if (Counts(rules))
        {
            metadata["generation"] = 1;
        }

        if (rules.HasStatus && rules.Kind.Kind != "Node")
        {
            body.Remove("status");
        }

        if (!rules.IsCustom)
        {
            First(rules, body, time);
        }
    }

    /// <summary>Completes a changed object in place: what the request cannot change comes from <paramref name="live"/>.</summary>
    public static void ForUpdate(KindRules rules, JsonObject live, JsonObject body, string subresource)
    {
        if (subresource == "status")
        {
            KeepAllBut("status", live, body);
        }
        else if (rules.HasStatus)
        {
            Keep(live, body, "status");
        }

        var (old, now) = (live.Ensure("metadata"), body.Ensure("metadata"));
        now.Remove("selfLink");
        foreach (var key in ServerSet)
        {
            Keep(old, now, key);
        }

        if (subresource.Length > 0)
        {
            return;
        }

        Carry(rules, live, body);
        if (Counts(rules) && !JsonNode.DeepEquals(Counted(live), Counted(body)))
        {
            now["generation"] = 1 + long.Parse(old["generation"]?.ToJsonString() ?? "0", CultureInfo.InvariantCulture);
        }
    }

    private static bool Counts(KindRules rules) => rules.IsCustom || Generations.Contains(rules.Kind.Kind);

    private static JsonObject Counted(JsonObject body)
    {
        var counted = (JsonObject)body.DeepClone();
        counted.Remove("metadata");
        counted.Remove("status");
        return counted;
    }

    // A namespace's finalizers have a subresource of their own, a service keeps what was allocated for it.
    private static void Carry(KindRules rules, JsonObject live, JsonObject body)
    {
        switch (rules.Kind.Group, rules.Kind.Kind)
        {
            case ("", "Namespace"):
                Keep(live, body, "spec");
                break;
            case ("", "Service") when body.Map("spec").Text("type") == live.Map("spec").Text("type"):
                foreach (var key in Allocated)
                {
                    body.Map("spec").Fill(key, live.Map("spec")?[key]?.DeepClone());
                }

                break;
        }

        if (rules.Kind is { Group: "", Kind: "Service" })
        {
            DropNulls(body.Ensure("spec"));
        }
    }

    private static void DropNulls(JsonObject map)
    {
        foreach (var key in map.Where(pair => pair.Value is null).Select(pair => pair.Key).ToList())
        {
            map.Remove(key);
        }
    }

    private static void First(KindRules rules, JsonObject body, string time)
    {
        switch (rules.Kind.QualifiedName)
        {
            case "namespaces":
                body.Ensure("spec")["finalizers"] = new JsonArray("kubernetes");
                body["status"] = new JsonObject { ["phase"] = "Active" };
                break;
            case "persistentvolumeclaims":
                Protect(body, "kubernetes.io/pvc-protection");
                DataSource(body.Ensure("spec"));
                body["status"] = new JsonObject { ["phase"] = "Pending" };
                break;
            case "persistentvolumes":
                Protect(body, "kubernetes.io/pv-protection");
                body["status"] = new JsonObject { ["phase"] = "Pending", ["lastPhaseTransitionTime"] = time };
                break;
            case "pods":
                body["status"] = new JsonObject { ["phase"] = "Pending", ["qosClass"] = "BestEffort" };
                break;
            case "services" or "ingresses.networking.k8s.io":
                body["status"] = new JsonObject { ["loadBalancer"] = new JsonObject() };
                break;
            case "customresourcedefinitions.apiextensions.k8s.io":
                CustomResourceDefinition(body);
                break;
            default:
                Counters(rules, body);
                break;
        }
    }

    private static void Counters(KindRules rules, JsonObject body)
    {
        string[]? zero = rules.Kind.QualifiedName switch
        {
            "statefulsets.apps" => ["replicas", "availableReplicas"],
            "replicasets.apps" => ["replicas"],
            "daemonsets.apps" => ["currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady"],
            "poddisruptionbudgets.policy" => ["disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"],
            _ => rules.HasStatus && body["status"] is null ? [] : null,
        };
        if (zero is not null)
        {
            body["status"] = new JsonObject(zero.Select(key => KeyValuePair.Create(key, (JsonNode?)0)));
        }
    }

    private static void CustomResourceDefinition(JsonObject body)
    {
        var stored = body.Map("spec").Items("versions").Where(version => (bool?)version["storage"] == true).Select(version => (JsonNode?)version.Text("name"));
        body["status"] = new JsonObject
        {
            ["conditions"] = null,
            ["acceptedNames"] = new JsonObject { ["plural"] = "", ["kind"] = "" },
            ["storedVersions"] = new JsonArray([.. stored]),
        };
    }

    private static void Protect(JsonObject body, string finalizer)
    {
        var metadata = body.Ensure("metadata");
        var finalizers = metadata["finalizers"] as JsonArray ?? [];
        if (!finalizers.Any(item => (string?)item == finalizer))
        {
            finalizers.Add(finalizer);
        }

        metadata["finalizers"] = finalizers;
    }

    // Only claims and snapshots may be a source; anything else is dropped without a word.
    private static void DataSource(JsonObject spec)
    {
        if (spec.Map("dataSource") is { } source)
        {
            var known = (source.Text("apiGroup") ?? "", source.Text("kind")) is ("", "PersistentVolumeClaim") or ("snapshot.storage.k8s.io", "VolumeSnapshot");
            if (!known)
            {
                spec.Remove("dataSource");
                return;
            }

            spec.Fill("dataSourceRef", source.DeepClone());
        }
        else if (spec.Map("dataSourceRef") is { } reference && reference.Text("namespace") is null
            && (reference.Text("apiGroup") ?? "", reference.Text("kind")) is ("", "PersistentVolumeClaim") or ("snapshot.storage.k8s.io", "VolumeSnapshot"))
        {
            spec["dataSource"] = spec["dataSourceRef"]!.DeepClone();
        }
    }

    private static void Keep(JsonObject live, JsonObject body, string key)
    {
        body.Remove(key);
        if (live.TryGetPropertyValue(key, out var value))
        {
            body[key] = value?.DeepClone();
        }
    }

    private static void KeepAllBut(string only, JsonObject live, JsonObject body)
    {
        var managed = body["metadata"]?["managedFields"]?.DeepClone();
        foreach (var key in live.Concat(body).Select(pair => pair.Key).Where(key => key != only).Distinct(StringComparer.Ordinal).ToList())
        {
            Keep(live, body, key);
        }

        var metadata = body.Ensure("metadata");
        metadata.Remove("managedFields");
        if (managed is not null)
        {
            metadata["managedFields"] = managed;
        }
    }
}
