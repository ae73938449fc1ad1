using System.Text.Json.Nodes;
using RunAiDr.Cli.Service.Web;
using RunAiDr.Cluster.Connections;
using RunAiDr.Sandbox.Security;
using RunAiDr.Tests.Cluster;
using RunAiDr.Tests.Cluster.Snapshots;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Cli.Service.Web;

/// <summary>Beyond loopback, with tokens that an API server reviews, under the rights of templates/deploy.</summary>
public sealed class ClusterReviewsTests(ClusterReviewsTests.Reviewing cluster) : IClassFixture<ClusterReviewsTests.Reviewing>
{
    private const string Prometheus = "canary-token-of-prometheus";
    private const string Viewer = "canary-token-of-a-viewer";
    private const string Anybody = "canary-token-of-anybody";
    private const string Nobody = "canary-token-of-nobody";

    [Theory]
    [InlineData(Prometheus, 200, false)]
    [InlineData(Viewer, 200, true)]
    [InlineData(Anybody, 403, false)]
    [InlineData(Nobody, 401, false)]
    public async Task The_API_server_says_who_sees_what(string token, int metrics, bool reasons)
    {
        using var reviews = new ClusterReviews(cluster.Service, TimeProvider.System, new LogLines());
        await using var web = await ExposedAsync(reviews.JudgeAsync);

        Assert.Equal(metrics, (await web.GetAsync("/metrics", token)).Code);
        var ready = await web.GetAsync("/readyz", token);
        Assert.Equal((503, reasons), (ready.Code, ready.Text.Contains("canary-reason", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Answers_are_remembered_for_a_while()
    {
        await using var front = await CountingFront.StartAsync(cluster.Kubeconfig);
        var asked = 0;
        front.Done = count => asked = count;
        var clock = new JumpingClock();
        using var reviews = new ClusterReviews(front.Connection, clock, new LogLines());
        await using var web = await ExposedAsync(reviews.JudgeAsync);

        await AskAsync(Prometheus, 200, 2);
        await AskAsync(Prometheus, 200, 2);
        await AskAsync(Nobody, 401, 3);
        await AskAsync(Nobody, 401, 3);
        await AskAsync(Anybody, 403, 5);
        await AskAsync(Anybody, 403, 5);
        clock.Jump(TimeSpan.FromSeconds(11));
        await AskAsync(Prometheus, 200, 5);
        await AskAsync(Nobody, 401, 6);
        await AskAsync(Anybody, 403, 8);
        clock.Jump(TimeSpan.FromSeconds(50));
        await AskAsync(Prometheus, 200, 10);

        async Task AskAsync(string token, int code, int requests)
        {
            Assert.Equal(code, (await web.GetAsync("/metrics", token)).Code);
            Assert.Equal(requests, asked);
        }
    }

    [Fact]
    public async Task Many_at_once_with_one_token_are_one_question()
    {
        await using var front = await CountingFront.StartAsync(cluster.Kubeconfig);
        var asked = 0;
        front.Done = count => asked = count;
        using var reviews = new ClusterReviews(front.Connection, TimeProvider.System, new LogLines());
        await using var web = await ExposedAsync(reviews.JudgeAsync);

        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => web.GetAsync("/metrics", Prometheus)));

        Assert.All(answers, answer => Assert.Equal(200, answer.Code));
        Assert.InRange(asked, 2, 16); // of those who had a turn before the first answer
    }

    [Fact]
    public async Task Wrong_tokens_however_many_do_not_push_out_a_right_one()
    {
        await using var front = await CountingFront.StartAsync(cluster.Kubeconfig);
        using var reviews = new ClusterReviews(front.Connection, TimeProvider.System, new LogLines());
        Assert.Equal(Verdict.Granted, await JudgeAsync(Prometheus));
        for (var i = 0; i < 5_000; i++)
        {
            Assert.Equal(Verdict.Unknown, await JudgeAsync($"wrong {i}"));
        }

        await front.DisposeAsync();

        Assert.Equal(Verdict.Granted, await JudgeAsync(Prometheus));

        Task<Verdict> JudgeAsync(string token) => reviews.JudgeAsync(new(token), "/metrics", CancellationToken.None).AsTask();
    }

    [Fact]
    public async Task While_the_API_server_is_away_nobody_new_is_let_in_and_probes_are_answered()
    {
        var log = new LogLines();
        await using var wire = new TcpFront(cluster.Service.Server);
        var behind = cluster.Service with { Server = new Uri($"https://127.0.0.1:{wire.Port}") };
        using var reviews = new ClusterReviews(behind, new FastClock(20), log);
        await using var web = await ExposedAsync(reviews.JudgeAsync);
        Assert.Equal(200, (await web.GetAsync("/metrics", Prometheus)).Code);

        wire.IsStalled = true;
        wire.Cut();
        Assert.Equal(503, (await web.GetAsync("/metrics", Viewer)).Code);
        Assert.Equal(503, (await web.GetAsync("/metrics", Viewer)).Code);
        Assert.Equal((503, "unready\n"), await ReadyAsync());
        Assert.Equal(200, (await web.GetAsync("/metrics", Prometheus)).Code);
        (wire.IsStalled, wire.IsUnplugged) = (false, true);
        wire.Cut();
        Assert.Equal(503, (await web.GetAsync("/metrics", Viewer)).Code);
        wire.IsUnplugged = false;
        Assert.Equal(200, (await web.GetAsync("/metrics", Viewer)).Code);

        Assert.Equal(2, log.Text.Split("Nobody new is let in").Length);
        Assert.DoesNotContain("canary-token", log.Text, StringComparison.Ordinal);

        async Task<(int Code, string Text)> ReadyAsync()
        {
            var ready = await web.GetAsync("/readyz", Viewer);
            return (ready.Code, ready.Text);
        }
    }

    [Theory]
    [InlineData("tokenreviews", "authentication.k8s.io")]
    [InlineData("subjectaccessreviews", "authorization.k8s.io")]
    public async Task Without_one_of_its_two_rights_nobody_is_let_in_and_the_log_names_it(string resource, string group)
    {
        var log = new LogLines();
        var role = (JsonObject)cluster.Role.DeepClone();
        role["rules"]!.AsArray().RemoveAll(rule => (string)rule!["resources"]![0]! == resource);
        Assert.Single(role["rules"]!.AsArray());
        await cluster.Cluster.ApplyAsync(role.ToJsonString());
        try
        {
            using var reviews = new ClusterReviews(cluster.Service, TimeProvider.System, log);
            await using var web = await ExposedAsync(reviews.JudgeAsync);

            Assert.Equal(503, (await web.GetAsync("/metrics", Prometheus)).Code);
        }
        finally
        {
            await cluster.Cluster.ApplyAsync(cluster.Role.ToJsonString());
        }

        Assert.Contains($"apiGroups: [\"{group}\"], resources: [\"{resource}\"], verbs: [\"create\"]", log.Text, StringComparison.Ordinal);
    }

    private static Task<WebScene> ExposedAsync(Judge reviews)
    {
        var authority = new TestAuthority();
        return WebScene.StartAsync(
            (config, folder) =>
            {
                var (certificate, key) = authority.IssuePem("localhost");
                File.WriteAllText(folder.File("tls.crt"), certificate);
                File.WriteAllText(folder.File("tls.key"), key);
                return config with { Certificate = new(folder.File("tls.crt"), folder.File("tls.key")) };
            },
            reviews);
    }

    /// <summary>A cluster with templates/deploy applied, and people who are bound to its roles or to none.</summary>
    public sealed class Reviewing : IAsyncLifetime
    {
        private const string Own = "token-of-the-service";

        internal EndToEndCluster Cluster { get; private set; } = null!;

        /// <summary>As the service reaches it.</summary>
        internal ClusterConnection Service { get; private set; } = null!;

        internal JsonObject Role { get; private set; } = null!;

        internal string Kubeconfig => Cluster.Sandbox.Kubeconfig;

        public async Task InitializeAsync()
        {
            Cluster = await EndToEndCluster.EmptyAsync(
                (Own, new SandboxUser("system:serviceaccount:runai-dr:runai-dr")),
                (Prometheus, new SandboxUser("system:serviceaccount:runai-dr:runai-dr-metrics")),
                (Viewer, new SandboxUser("anna", "auditors")),
                (Anybody, new SandboxUser("bert")));
            await Cluster.KubectlAsync("apply", "-k", DeployTemplates.Base);
            await Cluster.KubectlAsync("apply", "-f", DeployTemplates.MonitoringDefinitions);
            await Cluster.KubectlAsync("apply", "-k", DeployTemplates.Monitoring);
            await Cluster.KubectlAsync("create", "clusterrolebinding", "auditors", "--clusterrole=runai-dr-viewer", "--group=auditors");
            Role = (await DeployTemplates.BuildAsync(DeployTemplates.Base)).Of("ClusterRole", "runai-dr-reviews");
            var kubeconfig = Cluster.KubeconfigOf(Own);
            Service = RunAiDr.Cluster.Connections.Kubeconfig.Load(new KubeconfigSource(kubeconfig, null, kubeconfig), TimeProvider.System);
        }

        public async Task DisposeAsync() => await Cluster.DisposeAsync();
    }
}
