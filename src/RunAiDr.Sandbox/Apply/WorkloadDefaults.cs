using System.Text.Json.Nodes;

namespace RunAiDr.Sandbox.Apply;

/// <summary>Defaults of pods and of what makes pods.</summary>
internal static class WorkloadDefaults
{
    private static readonly string[] Probes = ["livenessProbe", "readinessProbe", "startupProbe"];
    private static readonly string[] Modes = ["secret", "configMap", "downwardAPI", "projected"];

    public static void Apply(string kind, string apiVersion, JsonObject? spec)
    {
        switch ($"{apiVersion}/{kind}")
        {
            case "apps/v1/Deployment":
                spec.Fill("replicas", 1);
                spec.Fill("revisionHistoryLimit", 10);
                spec.Fill("progressDeadlineSeconds", 600);
                Rolling(spec, "strategy", [("maxUnavailable", "25%"), ("maxSurge", "25%")]);
                Pod(spec.Map("template").Map("spec"));
                break;
            case "apps/v1/StatefulSet":
                StatefulSet(spec);
                break;
            case "apps/v1/DaemonSet":
                spec.Fill("revisionHistoryLimit", 10);
                Rolling(spec, "updateStrategy", [("maxUnavailable", 1), ("maxSurge", 0)]);
                Pod(spec.Map("template").Map("spec"));
                break;
            case "apps/v1/ReplicaSet":
                spec.Fill("replicas", 1);
                Pod(spec.Map("template").Map("spec"));
                break;
            case "batch/v1/Job":
                Job(spec);
                break;
            case "batch/v1/CronJob":
                spec.Fill("concurrencyPolicy", "Allow");
                spec.Fill("suspend", false);
                spec.Fill("successfulJobsHistoryLimit", 3);
                spec.Fill("failedJobsHistoryLimit", 1);
                Pod(spec.Map("jobTemplate").Map("spec").Map("template").Map("spec"));
                break;
            case "v1/Pod":
                spec.Fill("enableServiceLinks", true);
                Pod(spec);
                break;
        }
    }

    private static void StatefulSet(JsonObject? spec)
    {
        spec.Fill("replicas", 1);
        spec.Fill("podManagementPolicy", "OrderedReady");
        spec.Fill("revisionHistoryLimit", 10);
        Rolling(spec, "updateStrategy", [("partition", 0)]);
        spec?.Ensure("persistentVolumeClaimRetentionPolicy").Fill("whenDeleted", "Retain");
        spec?.Ensure("persistentVolumeClaimRetentionPolicy").Fill("whenScaled", "Retain");
        Pod(spec.Map("template").Map("spec"));
        foreach (var claim in spec.Items("volumeClaimTemplates"))
        {
            claim["kind"] = "PersistentVolumeClaim";
            claim["apiVersion"] = "v1";
            claim.Map("spec").Fill("volumeMode", "Filesystem");
            claim["status"] = new JsonObject { ["phase"] = "Pending" };
        }
    }

    private static void Job(JsonObject? spec)
    {
        if (spec is { } job && job["completions"] is null && job["parallelism"] is null)
        {
            job["completions"] = 1;
        }

        spec.Fill("parallelism", 1);
        spec.Fill("backoffLimit", 6);
        spec.Fill("completionMode", "NonIndexed");
        spec.Fill("suspend", false);
        spec.Fill("podReplacementPolicy", "TerminatingOrFailed");
        Pod(spec.Map("template").Map("spec"));
    }

    private static void Rolling(JsonObject? spec, string strategy, (string Key, JsonNode Value)[] values)
    {
        var settings = spec?.Ensure(strategy);
        settings.Fill("type", "RollingUpdate");
        if (settings.Text("type") == "RollingUpdate")
        {
            foreach (var (key, value) in values)
            {
                settings?.Ensure("rollingUpdate").Fill(key, value);
            }
        }
    }

    private static void Pod(JsonObject? pod)
    {
        pod.Fill("restartPolicy", "Always");
        pod.Fill("terminationGracePeriodSeconds", 30);
        pod.Fill("dnsPolicy", "ClusterFirst");
        pod.Fill("securityContext", new JsonObject());
        pod.Fill("schedulerName", "default-scheduler");
        if (pod.Text("serviceAccountName") is { } account)
        {
            pod.Fill("serviceAccount", account);
        }
        else if (pod.Text("serviceAccount") is { } old)
        {
            pod.Fill("serviceAccountName", old);
        }

        foreach (var container in pod.Items("containers").Concat(pod.Items("initContainers")).Concat(pod.Items("ephemeralContainers")))
        {
            Container(container);
        }

        foreach (var volume in pod.Items("volumes"))
        {
            Volume(volume);
        }
    }

    private static void Container(JsonObject container)
    {
        container.Fill("terminationMessagePath", "/dev/termination-log");
        container.Fill("terminationMessagePolicy", "File");
        container.Fill("imagePullPolicy", Tag(container.Text("image") ?? "") == "latest" ? "Always" : "IfNotPresent");
        foreach (var port in container.Items("ports"))
        {
            port.Fill("protocol", "TCP");
        }

        foreach (var source in container.Items("env").Select(variable => variable.Map("valueFrom")))
        {
            source.Map("fieldRef").Fill("apiVersion", "v1");
            source.Map("resourceFieldRef").Fill("divisor", "0");
        }

        foreach (var (key, value) in container.Map("resources").Map("limits") ?? [])
        {
            container.Ensure("resources").Ensure("requests").Fill(key, value?.DeepClone());
        }

        foreach (var probe in Probes.Select(name => container.Map(name)))
        {
            probe.Fill("timeoutSeconds", 1);
            probe.Fill("periodSeconds", 10);
            probe.Fill("successThreshold", 1);
            probe.Fill("failureThreshold", 3);
            HttpGet(probe.Map("httpGet"));
            probe.Map("grpc").Fill("service", "");
        }

        HttpGet(container.Map("lifecycle").Map("postStart").Map("httpGet"));
        HttpGet(container.Map("lifecycle").Map("preStop").Map("httpGet"));
    }

    private static void HttpGet(JsonObject? get)
    {
        get.Fill("scheme", "HTTP");
        get.Fill("path", "/");
    }

    private static void Volume(JsonObject volume)
    {
        const int ReadableByAll = 420; // 0644
        foreach (var key in Modes)
        {
            volume.Map(key).Fill("defaultMode", ReadableByAll);
        }

        volume.Map("hostPath").Fill("type", "");
        foreach (var source in volume.Map("projected").Items("sources"))
        {
            source.Map("serviceAccountToken").Fill("expirationSeconds", 3600);
            FieldRefs(source.Map("downwardAPI"));
        }

        FieldRefs(volume.Map("downwardAPI"));
    }

    private static void FieldRefs(JsonObject? volume)
    {
        foreach (var item in volume.Items("items"))
        {
            item.Map("fieldRef").Fill("apiVersion", "v1");
        }
    }

    // latest is what an image without tag and digest means.
    private static string Tag(string image)
    {
        if (image.Contains('@', StringComparison.Ordinal))
        {
            return "";
        }

        var name = image[(image.LastIndexOf('/') + 1)..];
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? "latest" : name[(colon + 1)..];
    }
}
