using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Security;
using RunAiDr.Tests.Cluster;
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
        await using var service = await RunningAsync(workspace);

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
        await using var service = await RunningAsync(workspace);

        var ended = (await service.EndAsync()).Expect(6);

        Assert.Contains($"resources: [\"leases\"], verbs: [\"{verb}\"]", ended.Error, StringComparison.Ordinal);
    }

    private static JsonObject LeaseRole() => DeployTemplates.Documents(RepositoryFiles.Read("templates/deploy/leader-election.yaml")).Of("Role");

    private async Task<Running> RunningAsync(EndToEndWorkspace workspace)
    {
        var (certificate, key) = new TestAuthority().IssuePem("localhost");
        await File.WriteAllTextAsync(workspace.File("tls.crt"), certificate);
        await File.WriteAllTextAsync(workspace.File("tls.key"), key);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        await File.WriteAllTextAsync(workspace.File("runai-dr.yaml"), $$"""
            cluster: prod
            kubeconfig: "{{deployed.Kubeconfig}}"
            repository: dr.git
            sync: {settle: 100ms}
            listen: 127.0.0.1:{{port}}
            tls: {certFile: tls.crt, keyFile: tls.key}
            leaderElection: {enabled: true, namespace: runai-dr}
            """);
        return new Running(workspace, port);
    }

    /// <summary><c>runai-dr sync</c>, and who asks it.</summary>
    private sealed class Running : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task<Ended> _ended;
        private readonly EndToEndWorkspace _workspace;
        private readonly HttpClient _http;

        public Running(EndToEndWorkspace workspace, int port)
        {
            (_workspace, Port) = (workspace, port);
            _http = new HttpClient(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true } })
            {
                BaseAddress = new Uri($"https://127.0.0.1:{port}"),
            };
            _ended = workspace.Dr.RunAsync(_stop.Token, "sync");
        }

        public int Port { get; }

        public async Task<(HttpStatusCode Code, string Text)> GetAsync(string path, string? token)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Authorization = token is null ? null : new("Bearer", token);
            using var answer = await _http.SendAsync(request);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }

        public Task UntilAsync(string path, string token, string text) => UntilAsync(() =>
        {
            try
            {
                return GetAsync(path, token).GetAwaiter().GetResult().Text.Contains(text, StringComparison.Ordinal);
            }
            catch (HttpRequestException)
            {
                return false; // it has not started yet
            }
        });

        public async Task UntilAsync(Func<bool> condition)
        {
            for (var i = 0; i < 600 && !_ended.IsCompleted && !condition(); i++)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            }

            Assert.True(condition(), _workspace.Dr.Everything);
        }

        /// <summary>Waits until it ends by itself.</summary>
        public Task<Ended> EndAsync() => _ended.WaitAsync(TimeSpan.FromMinutes(1));

        public async Task StopAsync()
        {
            await _stop.CancelAsync();
            await _ended;
        }

        public async ValueTask DisposeAsync()
        {
            await StopAsync();
            _stop.Dispose();
            _http.Dispose();
        }
    }

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
