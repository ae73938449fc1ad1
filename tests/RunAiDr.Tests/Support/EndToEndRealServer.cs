using RunAiDr.Sandbox.Envtest;
using RunAiDr.Sandbox.Installation;

namespace RunAiDr.Tests.Support;

/// <summary>
/// A real API server for the tests that must hold on one: started from <c>KUBEBUILDER_ASSETS</c> for the test, or the
/// cluster of <c>RUNAI_DR_TEST_KUBECONFIG</c>. From that one the sample installation is taken off again, and nothing
/// else; a cluster that has a Run:ai of its own is left alone.
/// </summary>
internal static class EndToEndRealServer
{
    // In namespace default: what is in this cluster of the names below came from a test.
    private const string Mark = "runai-dr-end-to-end";

    private static readonly string[] MadeByTests =
    [
        "namespace/runai-audio", "namespace/awkward", "clusterrolebinding/runai-support-breakglass",
    ];

    /// <summary>Whether several servers can be had.</summary>
    public static bool CanStart => Assets is not null;

    private static string? Assets => Variable("KUBEBUILDER_ASSETS");

    private static string? Given => Variable("RUNAI_DR_TEST_KUBECONFIG");

    /// <summary>A cluster without Run:ai. Skips the test when there is none to be had.</summary>
    public static async Task<EndToEndCluster> EmptyAsync()
    {
        Skip.If(Assets is null && Given is null, "Needs a real API server: KUBEBUILDER_ASSETS or RUNAI_DR_TEST_KUBECONFIG.");
        if (Assets is { } assets)
        {
            var server = await EnvtestServer.StartAsync(assets, TimeProvider.System, CancellationToken.None);
            return EndToEndCluster.Real(await File.ReadAllTextAsync(server.KubeconfigPath), server, endsNamespaces: false);
        }

        var cluster = EndToEndCluster.Real(await File.ReadAllTextAsync(Given!), null, endsNamespaces: true);
        var there = await cluster.KubectlAsync("get", "namespace/runai", $"configmap/{Mark}", "-n", "default", "--ignore-not-found", "-o", "name");
        Assert.True(
            !there.Contains("namespace/runai", StringComparison.Ordinal) || there.Contains(Mark, StringComparison.Ordinal),
            "The cluster of RUNAI_DR_TEST_KUBECONFIG has a Run:ai that no test made; it must be a cluster to throw away.");
        await WipeAsync(cluster);
        await cluster.KubectlAsync("create", "configmap", Mark, "-n", "default");
        return cluster;
    }

    /// <summary>Takes the sample installation off a cluster that stays.</summary>
    public static async Task WipeAsync(EndToEndCluster cluster)
    {
        if (Assets is not null)
        {
            return; // it is thrown away as a whole
        }

        var clusterWide = SampleInstallation.Resources()
            .Where(resource => resource["metadata"]!["namespace"] is null)
            .Where(resource => !((string)resource["apiVersion"]!).Contains("run.ai", StringComparison.Ordinal)) // go with their CRD
            .Select(resource => $"{resource["kind"]}/{resource["metadata"]!["name"]}");
        await cluster.KubectlAsync(["delete", "--ignore-not-found", "--timeout=180s", .. clusterWide, .. MadeByTests]);
        await cluster.KubectlAsync("delete", "configmap", Mark, "-n", "default", "--ignore-not-found");
    }

    /// <summary>The commands of TestData/runai-cluster/README.md.</summary>
    public static async Task LoadAsync(EndToEndCluster cluster)
    {
        foreach (var file in Manifests("01").Where(file => !file.Contains("13-", StringComparison.Ordinal)))
        {
            await cluster.KubectlAsync("apply", "--server-side", "--field-manager=platform-admin", "-f", file);
            await cluster.KubectlAsync("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s");
        }

        await ReleaseAsync("runai-backend", "control-plane", "global.replicaCount=3");
        await ReleaseAsync("runai-cluster", "runai-cluster", "clusterConfig.prometheus.spec.retention=3h");
        foreach (var file in Manifests("56"))
        {
            await cluster.KubectlAsync("apply", "-f", file);
        }

        foreach (var file in Manifests("7"))
        {
            await cluster.KubectlAsync(
                "apply", "--server-side", "--force-conflicts", "--field-manager=platform-admin", "-f", file);
        }

        var project = await cluster.GetAsync("projects.run.ai", "vision");
        var binding = await File.ReadAllTextAsync(Path.Combine(EndToEndCluster.Data, "manifests", "finish", "owned-rolebinding.yaml"));
        await cluster.ApplyAsync(binding.Replace("PROJECT_UID", (string)project["metadata"]!["uid"]!, StringComparison.Ordinal));

        async Task ReleaseAsync(string release, string chart, string change)
        {
            var ns = release == "runai-cluster" ? "runai" : release;
            var file = $"charts/{chart}-2.20.24.tgz";
            await cluster.HelmAsync("install", release, file, "-n", ns, "-f", $"values/{release}.values.yaml", "--server-side=false");
            await cluster.HelmAsync(
                "upgrade", release, file, "-n", ns, "--reset-then-reuse-values", "--set", change, "--server-side=false");
        }
    }

    /// <summary>The files that begin with one of these digits, in their order.</summary>
    private static IEnumerable<string> Manifests(string digits) =>
        Directory.EnumerateFiles(Path.Combine(EndToEndCluster.Data, "manifests"), "*.yaml")
            .Where(file => digits.Contains(Path.GetFileName(file)[0], StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

    private static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
