using System.Text.Json.Nodes;
using RunAiDr.Cluster;
using RunAiDr.Cluster.Connections;
using RunAiDr.Core.Export;
using RunAiDr.Core.Scopes;
using RunAiDr.Sandbox.Security;
using RunAiDr.Tests.Sandbox;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.EndToEnd;

/// <summary>What templates/deploy/rbac.yaml grants is what an export needs: enough, and nothing else.</summary>
public sealed class RightsTests(RightsTests.Granted granted) : IClassFixture<RightsTests.Granted>
{
    private static readonly JsonObject Role = DeployTemplates.Documents(RepositoryFiles.Read("templates/deploy/rbac.yaml"))
        .Of("ClusterRole");

    /// <summary>Every group and resource that the template grants.</summary>
    public static TheoryData<string, string> Rights
    {
        get
        {
            var rights = new TheoryData<string, string>();
            foreach (var rule in Scope.RunAi().RequiredRules())
            {
                rule.Plurals.ToList().ForEach(plural => rights.Add(rule.Group, plural));
            }

            return rights;
        }
    }

    [Fact]
    public void The_template_is_what_the_built_in_scope_needs()
    {
        var needed = Scope.RunAi().RequiredRules()
            .Select(rule => $"{rule.Group}: {string.Join(' ', rule.Plurals)}: {string.Join(' ', rule.Verbs)}");

        var given = Role["rules"]!.AsArray().Select(rule =>
            $"{Texts(rule!, "apiGroups")}: {Texts(rule!, "resources")}: {Texts(rule!, "verbs")}");

        Assert.Equal(needed, given);
    }

    [Fact]
    public async Task With_exactly_these_rights_the_export_succeeds()
    {
        await granted.GiveAsync(Role);
        using var workspace = await EndToEndWorkspace.InitAsync();

        (await workspace.RunAsync(granted.Kubeconfig, "export")).Expect(0);
        (await workspace.RunAsync(granted.Kubeconfig, "drift", "--exit-code")).Expect(0);
        (await workspace.RunAsync(granted.Kubeconfig, "verify", "main")).Expect(0);

        await workspace.DoAsync(granted.Cluster, "verify", "main");
    }

    [Fact]
    public async Task With_exactly_these_rights_all_that_is_listed_can_be_watched_and_not_changed()
    {
        await granted.GiveAsync(Role);
        var source = new KubeconfigSource(granted.Kubeconfig, null, granted.Kubeconfig);
        using var client = new ClusterClient(Kubeconfig.Load(source, TimeProvider.System), TimeProvider.System);
        using var http = SandboxClient.For(granted.Cluster.Sandbox.Kubeconfig, token: Granted.Token);
        var selections = Scope.RunAi().Selections(await client.DiscoverAsync(CancellationToken.None));

        Assert.Empty(selections.Lacking);
        await Task.WhenAll(selections.Selections.Select(async selection =>
        {
            Assert.True(await client.MayAsync("list", selection.Kind, selection.Namespace, CancellationToken.None));
            Assert.True(await client.MayAsync("watch", selection.Kind, selection.Namespace, CancellationToken.None));
            var watched = await http.GetAsync($"{PathOf(selection)}&watch=1&timeoutSeconds=1");
            Assert.True(watched.Code == 200, $"{selection}: {watched.Text}");
            foreach (var verb in (string[])["create", "update", "patch", "delete", "deletecollection"])
            {
                Assert.False(await client.MayAsync(verb, selection.Kind, selection.Namespace, CancellationToken.None));
            }
        }));
    }

    [Theory]
    [MemberData(nameof(Rights))]
    public async Task A_right_that_is_missing_is_named(string group, string plural)
    {
        await granted.GiveAsync(Without(group, plural));
        using var workspace = await EndToEndWorkspace.InitAsync();

        var ended = (await workspace.RunAsync(granted.Kubeconfig, "export")).Expect(6);

        Assert.Contains($"resources: [\"{plural}\"]", ended.Error, StringComparison.Ordinal);
        Assert.NotEqual(0, workspace.Git.Try([], "rev-parse", "main:clusters").Code);
    }

    private static JsonObject Without(string group, string plural)
    {
        var role = (JsonObject)Role.DeepClone();
        var resources = role["rules"]!.AsArray().Single(rule => Texts(rule!, "apiGroups") == group)!["resources"]!.AsArray();
        Assert.Equal(1, resources.RemoveAll(name => (string)name! == plural));
        if (resources.Count == 0)
        {
            role["rules"]!.AsArray().Remove(resources.Parent);
        }

        return role;
    }

    private static string Texts(JsonNode rule, string field) =>
        string.Join(' ', rule[field]!.AsArray().Select(text => (string)text!));

    private static string PathOf(ListSelection selection)
    {
        var kind = selection.Kind;
        var root = kind.Group.Length == 0 ? $"/api/{kind.Version}" : $"/apis/{kind.Group}/{kind.Version}";
        var place = selection.Namespace is null ? "" : $"/namespaces/{selection.Namespace}";
        return $"{root}{place}/{kind.Plural}?labelSelector={Uri.EscapeDataString(selection.LabelSelector ?? "")}";
    }

    /// <summary>The sample installation with templates/deploy applied, and the service account that it makes.</summary>
    public sealed class Granted : IAsyncLifetime
    {
        internal const string Token = "token";

        internal EndToEndCluster Cluster { get; private set; } = null!;

        internal string Kubeconfig { get; private set; } = "";

        public async Task InitializeAsync()
        {
            // Tokens of service accounts carry the name; the sandbox is told it.
            var user = new SandboxUser("system:serviceaccount:runai-dr:runai-dr");
            Cluster = await EndToEndCluster.SampleAsync((Token, user));
            await Cluster.KubectlAsync("apply", "-k", DeployTemplates.Base);
            Kubeconfig = Cluster.KubeconfigOf(Token);
        }

        public async Task DisposeAsync() => await Cluster.DisposeAsync();

        internal Task GiveAsync(JsonObject role) => Cluster.ApplyAsync(role.ToJsonString());
    }
}
