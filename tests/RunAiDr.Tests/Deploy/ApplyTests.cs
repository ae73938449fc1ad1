using System.Text.Json.Nodes;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Deploy;

/// <summary>The real kubectl applies the manifests, and a second time changes nothing.</summary>
public sealed class ApplyTests
{
    public static TheoryData<string> Ways => ["--server-side=false", "--server-side"];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_cluster_takes_them(string way)
    {
        await using var cluster = await EndToEndCluster.EmptyAsync();

        await CheckAsync(cluster, way);
    }

    [SkippableTheory]
    [MemberData(nameof(Ways))]
    public async Task A_real_api_server_takes_them(string way)
    {
        Skip.IfNot(EndToEndRealServer.CanStart, "Needs an API server to throw away: KUBEBUILDER_ASSETS.");
        await using var cluster = await EndToEndRealServer.EmptyAsync();

        await CheckAsync(cluster, way);

        // Pod security is enforced when the pod is made, not when the Deployment is.
        var deployment = await cluster.GetAsync("deployment", "runai-dr", "-n", "runai-dr");
        var pod = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new JsonObject { ["name"] = "admitted", ["namespace"] = "runai-dr" },
            ["spec"] = deployment["spec"]!["template"]!["spec"]!.DeepClone(),
        };
        await cluster.ApplyAsync(pod.ToJsonString());
    }

    private static async Task CheckAsync(EndToEndCluster cluster, string way)
    {
        await TwiceAsync(cluster, way, DeployTemplates.Base);

        var without = await cluster.TryKubectlAsync("apply", way, "-k", DeployTemplates.Monitoring);
        Assert.NotEqual(0, without.Code);
        Assert.All((string[])["ServiceMonitor", "PrometheusRule"], kind => Assert.Contains(
            $"no matches for kind \"{kind}\" in version \"monitoring.coreos.com/v1\"", without.Error, StringComparison.Ordinal));

        await cluster.KubectlAsync("apply", "-f", DeployTemplates.MonitoringDefinitions);
        await cluster.KubectlAsync("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s");
        await TwiceAsync(cluster, way, DeployTemplates.Monitoring);
    }

    private static async Task TwiceAsync(EndToEndCluster cluster, string way, string folder)
    {
        // A warning would be that of pod security, or of a field that the API does not know.
        Assert.Empty((await cluster.TryKubectlAsync("apply", way, "--validate=strict", "-k", folder)).Expect(0).Error);
        var before = await VersionsAsync(cluster, folder);
        Assert.Equal((await DeployTemplates.BuildAsync(folder)).Count, before.Length);

        await cluster.KubectlAsync("apply", way, "-k", folder);

        Assert.Equal(before, await VersionsAsync(cluster, folder));
    }

    private static async Task<string[]> VersionsAsync(EndToEndCluster cluster, string folder) =>
    [
        .. (await cluster.GetAsync("-k", folder))["items"]!.AsArray().Select(item =>
            $"{item!["kind"]} {item["metadata"]!["name"]} {item["metadata"]!["resourceVersion"]}"),
    ];
}
