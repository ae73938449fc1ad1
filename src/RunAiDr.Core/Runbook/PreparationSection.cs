namespace RunAiDr.Core.Runbook;

/// <summary>What the new cluster must have before anything is restored into it.</summary>
internal static class PreparationSection
{
    private const string Role = "node-role.kubernetes.io/runai-";

    public static IEnumerable<string> Lines(RunbookFacts facts) =>
    [
        "## 3. Make the new cluster ready",
        "",
        .. Items(facts).Select((item, index) => $"{index + 1}. {item}"),
        "",
        .. Markdown.Table(
            ["storage class", "needed by"],
            facts.StorageClasses.OrderBy(entry => entry.Key, StringComparer.Ordinal)
                .Select(entry => new[] { Markdown.Code(entry.Key), string.Join("; ", entry.Value) }))
            .Where(_ => facts.StorageClasses.Count > 0),
        .. OpenShift(facts),
    ];

    private static IEnumerable<string> Items(RunbookFacts facts)
    {
        var settings = facts.Settings;
        yield return $"{(facts.IsOpenShift ? "OpenShift with Kubernetes" : "Kubernetes")} {Minor(facts.Info.KubernetesVersion)} or newer, and what Run:ai itself requires: GPU operator, Prometheus operator, and Knative where inference is used.";
        yield return facts.StorageClasses.Count > 0
            ? $"The storage classes of the table below, by these names: `kubectl --context {ShellWord.New} get storageclass`. Where names have to differ, `--map-storage-class <saved>=<new>` in step 7."
            : "A default storage class: no exported file names one.";
        if (facts.Volumes.Count > 0)
        {
            yield return $"PersistentVolumes of these names, for the claims that name them: {string.Join("; ", facts.Volumes)}.";
        }

        yield return "Where `snapshots/*.yaml` of the checkpoint says `provider: csi`: the CRDs and the controller of `snapshot.storage.k8s.io`, and the CSI driver that the file names, on the same storage system: the snapshot is brought in by its handle.";
        if (facts.IngressClasses.Count > 0)
        {
            yield return $"Ingress class {Markdown.Codes(facts.IngressClasses)}, and a controller that serves it.";
        }

        if (Names(facts).ToArray() is { Length: > 0 } names)
        {
            yield return $"DNS: {string.Join("; ", names)}. The names must not change: agents and users hold them.";
        }

        yield return NodeLabels(facts);
        if (facts.PoolLabels.Count > 0)
        {
            yield return $"Labels of the node pools on their nodes: {Markdown.Codes(facts.PoolLabels)}.";
        }

        if (settings.Registries.Count > 0)
        {
            yield return $"Image registry {Markdown.Codes(settings.Registries)}, reachable from the nodes and filled with the images of these chart versions.";
        }

        if (settings.ExternalDatabase is not null)
        {
            yield return "The PostgreSQL of your own. Where `snapshots/database.yaml` says `provider: external`, have it recovered before to the point that the file names (system, timeline, LSN, named restore point): `rehydrate` only compares it. Where it says `pgdump`, `rehydrate` restores the dump into that server, roles included, as a role that may make roles and databases; a database there that is not empty and differs is replaced with `--clean-database` only.";
        }

        if (facts.UnsavedSecrets.Count > 0)
        {
            yield return $"Secrets that the values name and no export holds: {Markdown.Codes(facts.UnsavedSecrets)}. Charts make some of them; make the others by hand before step 7.";
        }
    }

    private static IEnumerable<string> Names(RunbookFacts facts)
    {
        var settings = facts.Settings;
        if (settings.Domain is { } domain)
        {
            yield return $"{Markdown.Code(domain)} (`global.domain`) to the new ingress";
        }

        if (settings.ClusterUrl is { } cluster)
        {
            yield return $"{Markdown.Code(cluster)} (`cluster.url`), and {Markdown.Code("*.")} of it where workloads have host names, to the ingress of the new cluster";
        }

        if (settings.ControlPlaneUrl is { } url)
        {
            yield return $"the cluster reaches the control plane at {Markdown.Code(url)} (`controlPlane.url`)";
        }
    }

    private static string NodeLabels(RunbookFacts facts) => facts.Settings.RestrictsNodes
        ? $"Node labels, for scheduling is restricted to them: `{Role}system=true` where Run:ai's services run, `{Role}gpu-worker=true` and `{Role}cpu-worker=true` on the workers. Without them nothing is scheduled: `kubectl --context {ShellWord.New} label node <node> {Role}gpu-worker=true`."
        : $"Node labels `{Role}system`, `{Role}gpu-worker` and `{Role}cpu-worker` where you had set them; scheduling is not restricted to them.";

    private static IEnumerable<string> OpenShift(RunbookFacts facts) => facts.IsOpenShift
        ?
        [
            "On OpenShift:",
            "",
            "- The domain is below the apps domain of the cluster (`runai.apps.<cluster domain>`). The router's certificate serves",
            "  it, so there is no Secret `runai-backend-tls`. A new apps domain is a new `global.domain`, and that is not documented",
            "  to work: give the new cluster the old name.",
            "- The metrics live in OpenShift's monitoring: the checkpoint has no volume for them.",
            "- `runai-reservation` and `runai-scale-adjust` are projects of OpenShift. `rehydrate` makes the namespaces that were",
            "  saved; where yours must be made with `oc new-project`, do that now.",
            "- A private certificate authority is wanted in `openshift-monitoring` too.",
            "",
        ]
        : [];

    // What comes after the minor version, such as a suffix of a distribution, need not be the same.
    private static string Minor(string version) =>
        version.TrimStart('v').Split('.') is [var major, var minor, ..] ? Markdown.Code($"{major}.{minor}") : Markdown.Code(version);
}
