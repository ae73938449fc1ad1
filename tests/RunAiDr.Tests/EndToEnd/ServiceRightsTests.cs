using System.Net;
using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Security;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.EndToEnd;

/// <summary>The whole service under exactly the rights of templates/deploy: it leads, watches, and shows itself to whom it may.</summary>
public sealed class ServiceRightsTests(ServiceRightsTests.Deployed deployed) : IClassFixture<ServiceRightsTests.Deployed>
{
    private const string Own = "canary-token-of-the-service";
    private const string Prometheus = "canary-token-of-prometheus";
    private const string Stranger = "canary-token-of-a-stranger";

    /// <summary>Each verb of each rule of the Lease's Role.</summary>
    public static TheoryData<int, string> LeaseRights
    {
        get
        {
            var rights = new TheoryData<int, string>();
            foreach (var (index, rule) in LeaseRole()["rules"]!.AsArray().Index())
            {
                rule!["verbs"]!.AsArray().ToList().ForEach(verb => rights.Add(index, (string)verb!));
            }

            return rights;
        }
    }

    [Fact]
    public async Task It_leads_and_exports_and_its_metrics_are_shown_to_whom_the_API_server_names()
    {
        await deployed.Cluster.ApplyAsync(LeaseRole().ToJsonString(), "-n", "runai-dr");
        using var workspace = await EndToEndWorkspace.InitAsync();
        await using var service = await RunningService.StartAsync(workspace, deployed.Kubeconfig);

        await service.UntilAsync("/metrics", Prometheus, "runai_dr_leader{");
        await service.UntilAsync("/metrics", Prometheus, "runai_dr_ready{cluster=\"prod\"} 1");
        Assert.Equal(HttpStatusCode.Forbidden, (await service.GetAsync("/metrics", Stranger)).Code);
        Assert.Equal(HttpStatusCode.Unauthorized, (await service.GetAsync("/metrics", null)).Code);
        Assert.Equal((HttpStatusCode.OK, "ok\n"), await service.GetAsync("/readyz", null));

        await deployed.Cluster.KubectlAsync("label", "namespace", "runai-vision", $"watched={service.Port}", "--overwrite");
        await service.UntilAsync(() => workspace.Text("namespaces/runai-vision/namespace.yaml").Contains("watched", StringComparison.Ordinal));

        Assert.DoesNotContain("canary-token", workspace.Dr.Everything, StringComparison.Ordinal);
        await service.StopAsync();
        Assert.Equal("", (string?)(await deployed.Cluster.GetAsync("lease", "runai-dr", "-n", "runai-dr"))["spec"]!["holderIdentity"] ?? "");
    }

    [Theory]
    [MemberData(nameof(LeaseRights))]
    public async Task Without_one_right_on_the_Lease_it_ends_and_names_it(int index, string verb)
    {
        var role = LeaseRole();
        var verbs = role["rules"]![index]!["verbs"]!.AsArray();
        Assert.Equal(1, verbs.RemoveAll(text => (string)text! == verb));
        if (verbs.Count == 0)
        {
            role["rules"]!.AsArray().RemoveAt(index);
        }

        await deployed.Cluster.ApplyAsync(role.ToJsonString(), "-n", "runai-dr");
        await deployed.PrepareLeaseAsync(exists: verb != "create");
        using var workspace = await EndToEndWorkspace.InitAsync();
        await using var service = await RunningService.StartAsync(workspace, deployed.Kubeconfig);

        var ended = (await service.EndAsync()).Expect(6);

        Assert.Contains($"resources: [\"leases\"], verbs: [\"{verb}\"]", ended.Error, StringComparison.Ordinal);
    }

    private static JsonObject LeaseRole() => DeployTemplates.Documents(RepositoryFiles.Read("templates/deploy/leader-election.yaml")).Of("Role");

    /// <summary>The sample installation with templates/deploy applied, and one who may read the metrics.</summary>
    public sealed class Deployed : IAsyncLifetime
    {
        internal EndToEndCluster Cluster { get; private set; } = null!;

        internal string Kubeconfig { get; private set; } = "";

        public async Task InitializeAsync()
        {
            Cluster = await EndToEndCluster.SampleAsync(
                (Own, new SandboxUser("system:serviceaccount:runai-dr:runai-dr")),
                (Prometheus, new SandboxUser("prometheus")),
                (Stranger, new SandboxUser("stranger")));
            await Cluster.KubectlAsync("apply", "-k", DeployTemplates.Base);
            await Cluster.KubectlAsync("create", "clusterrolebinding", "prometheus", "--clusterrole=runai-dr-metrics-reader", "--user=prometheus");
            Kubeconfig = Cluster.KubeconfigOf(Own);
        }

        public async Task DisposeAsync() => await Cluster.DisposeAsync();

        /// <summary>As another replica has left it, or as before the first.</summary>
        internal async Task PrepareLeaseAsync(bool exists)
        {
            await Cluster.KubectlAsync("delete", "lease", "runai-dr", "-n", "runai-dr", "--ignore-not-found");
            if (exists)
            {
                await Cluster.ApplyAsync(
                    """{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"runai-dr","namespace":"runai-dr"},"spec":{"holderIdentity":"","leaseDurationSeconds":1}}""");
            }
        }
    }
}
