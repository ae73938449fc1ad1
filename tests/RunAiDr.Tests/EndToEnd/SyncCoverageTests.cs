using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.EndToEnd;

/// <summary>What <c>runai-dr sync</c> with no more rights than it exports with tells of what is protected.</summary>
public sealed class SyncCoverageTests : SyncScene
{
    [Fact]
    public async Task The_service_surveys_what_it_may_list_and_tells_what_it_may_not()
    {
        var roles = DeployTemplates.Documents(RepositoryFiles.Read("templates/deploy/rbac.yaml")).Of("ClusterRole");
        await Cluster.ApplyAsync(roles.ToJsonString());
        await Cluster.KubectlAsync("create", "clusterrolebinding", "runai-dr-export-nobody", "--clusterrole=runai-dr-export", "--user=nobody");
        var kubeconfig = await BehindAsync(Cluster.KubeconfigOf("nobody"), "nobody", Front.Port);

        await using var sync = Start(Config(kubeconfig: kubeconfig));

        await UntilReadyzAsync(sync, "[-]prod coverage, ");
        var (_, page) = await sync.GetAsync("/coverage");
        Assert.Contains("nothing protects 5 resources", page, StringComparison.Ordinal);
        Assert.Contains("<code>pods</code></th><td>not allowed to list</td>", page, StringComparison.Ordinal);
        Assert.Contains("runai_dr_coverage_unprotected{cluster=\"prod\"} 5", await sync.MetricsAsync(), StringComparison.Ordinal);
        Assert.Equal(200, (await sync.ReadyAsync()).Code);
    }
}
