using System.Net;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.EndToEnd;

/// <summary>On a real API server, with tokens that it issued and no other right than those of templates/deploy.</summary>
public sealed class RealServiceTests
{
    [SkippableFact]
    public async Task The_service_leads_watches_and_shows_itself_and_outlives_a_refusal()
    {
        await using var cluster = await DeployedAsync();
        await EndToEndRealServer.LoadAsync(cluster);
        await cluster.KubectlAsync("create", "serviceaccount", "oncall", "-n", "runai-dr");
        await cluster.KubectlAsync("create", "clusterrolebinding", "runai-dr-oncall", "--clusterrole=runai-dr-viewer", "--serviceaccount=runai-dr:oncall");
        var (oncall, own) = (await TokenAsync(cluster, "oncall"), await TokenAsync(cluster, "runai-dr"));
        using var workspace = await EndToEndWorkspace.InitAsync();
        await using var service = await RunningService.StartAsync(workspace, Kubeconfig(own, cluster, workspace));

        await service.UntilAsync("/metrics", oncall, "runai_dr_ready{cluster=\"prod\"} 1");
        Assert.Equal(HttpStatusCode.OK, (await service.GetAsync("/", oncall)).Code);
        Assert.Equal(HttpStatusCode.Forbidden, (await service.GetAsync("/", own)).Code);
        Assert.Equal(HttpStatusCode.Unauthorized, (await service.GetAsync("/", "made-up")).Code);
        await ChangeAsync("one");

        // An API server that has just been started refuses like this until it has read its roles.
        await cluster.KubectlAsync("delete", "role", "runai-dr-lease", "-n", "runai-dr");
        await service.UntilAsync("/readyz", oncall, "[-]standby");
        await cluster.KubectlAsync("apply", "-k", DeployTemplates.Base);
        await ChangeAsync("two");

        async Task ChangeAsync(string value)
        {
            await cluster.KubectlAsync("label", "namespace", "runai-vision", $"watched={value}", "--overwrite");
            await service.UntilAsync(() => workspace.Text("namespaces/runai-vision/namespace.yaml").Contains($"watched: {value}", StringComparison.Ordinal));
        }
    }

    [SkippableFact]
    public async Task Under_the_role_of_coverage_every_kind_is_known()
    {
        await using var cluster = await DeployedAsync();
        await EndToEndRealServer.LoadAsync(cluster);
        await cluster.KubectlAsync("apply", "-k", Path.Combine(DeployTemplates.Base, "coverage"));
        await cluster.KubectlAsync("create", "serviceaccount", "checker", "-n", "runai-dr");
        await cluster.KubectlAsync("create", "clusterrolebinding", "runai-dr-checker", "--clusterrole=runai-dr-coverage", "--serviceaccount=runai-dr:checker");
        using var workspace = await EndToEndWorkspace.InitAsync();
        await workspace.DoAsync(cluster, "export");
        var kubeconfig = Kubeconfig(await TokenAsync(cluster, "checker"), cluster, workspace);

        var ended = (await workspace.Dr.RunAsync("coverage", "--kubeconfig", kubeconfig)).Expect(0);

        Assert.DoesNotContain("kinds unknown", ended.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("not allowed to list", ended.Output, StringComparison.Ordinal);
    }

    private static async Task<EndToEndCluster> DeployedAsync()
    {
        Skip.IfNot(EndToEndRealServer.CanStart, "Needs an API server to throw away: KUBEBUILDER_ASSETS.");
        var cluster = await EndToEndRealServer.EmptyAsync();
        await cluster.KubectlAsync("apply", "-k", DeployTemplates.Base);
        return cluster;
    }

    private static async Task<string> TokenAsync(EndToEndCluster cluster, string account) =>
        (await cluster.KubectlAsync("create", "token", account, "-n", "runai-dr")).Trim();

    /// <summary>That of the administrator, with the token instead of his certificate.</summary>
    private static string Kubeconfig(string token, EndToEndCluster cluster, EndToEndWorkspace workspace)
    {
        var (file, admin) = (workspace.File("kubeconfig"), File.ReadAllText(cluster.Kubeconfig));
        var (begin, end) = (admin.IndexOf("client-certificate-data", StringComparison.Ordinal), admin.IndexOf("contexts:", StringComparison.Ordinal));
        File.WriteAllText(file, $"{admin[..begin]}token: {token}\n{admin[end..]}");
        return file;
    }
}
