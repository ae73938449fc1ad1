using System.Text.Json.Nodes;
using RunAiDr.Core.Scopes;
using RunAiDr.Sandbox.Security;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.EndToEnd;

/// <summary>What templates/deploy/restore grants is enough to restore every resource; charts and snapshots need more.</summary>
public sealed class RestoreRightsTests(RestoreRightsTests.Saved saved) : IClassFixture<RestoreRightsTests.Saved>
{
    private const string Token = "token";
    private const string Binding = "runai-dr-restore-anna";

    public static TheoryData<int> Rules => [.. Enumerable.Range(0, Role()["rules"]!.AsArray().Count)];

    [Fact]
    public async Task With_these_rights_a_restore_without_charts_is_planned_done_and_verified()
    {
        await using var fresh = await FreshAsync(Role());

        Assert.Null(await LackingAsync(fresh));
        await saved.Workspace.DoAsync(fresh, "verify", "p");
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public async Task Without_one_of_the_rules_something_is_lacking(int index)
    {
        var role = Role();
        role["rules"]!.AsArray().RemoveAt(index);
        await using var fresh = await FreshAsync(role);

        Assert.NotNull(await LackingAsync(fresh));
    }

    [Fact]
    public void The_role_reads_what_the_scope_names()
    {
        var readable = Role()["rules"]!.AsArray()
            .Where(rule => Texts(rule!, "verbs").Contains("list"))
            .SelectMany(rule => Texts(rule!, "resources").Select(plural => $"{Texts(rule!, "apiGroups").Single()}/{plural}"));

        Assert.Equal(
            Scope.RunAi().RequiredRules().SelectMany(rule => rule.Plurals.Select(plural => $"{rule.Group}/{plural}")).Order(StringComparer.Ordinal),
            readable.Order(StringComparer.Ordinal));
    }

    private static JsonObject Role() => DeployTemplates.Documents(RepositoryFiles.Read("templates/deploy/restore/rbac.yaml")).Of("ClusterRole");

    private static IEnumerable<string> Texts(JsonNode rule, string field) => rule[field]!.AsArray().Select(text => (string)text!);

    private static async Task<EndToEndCluster> FreshAsync(JsonObject role)
    {
        var fresh = await EndToEndCluster.EmptyAsync((Token, new SandboxUser("anna")));
        await fresh.ApplyAsync(role.ToJsonString());
        await fresh.KubectlAsync("create", "clusterrolebinding", Binding, "--clusterrole=runai-dr-restore", "--user=anna");
        return fresh;
    }

    /// <summary>Plans, restores and verifies; gives what did not go as it should, null when all did.</summary>
    private async Task<string?> LackingAsync(EndToEndCluster fresh)
    {
        var kubeconfig = fresh.KubeconfigOf(Token);
        string[][] commands = [["plan", "p", "--secrets", saved.Secrets], ["rehydrate", "p", "--secrets", saved.Secrets], ["verify", "p"]];
        foreach (var command in commands)
        {
            var ended = await saved.Workspace.RunAsync(kubeconfig, command);
            var text = ended.Output + ended.Error;
            if (ended.Code != 0 || text.Contains("forbidden", StringComparison.OrdinalIgnoreCase) || text.Contains("may not be read", StringComparison.Ordinal))
            {
                return text;
            }
        }

        var events = await fresh.KubectlAsync("get", "events", "-n", "default", "-o", "name");
        return events.Contains("runai-dr-rehydration", StringComparison.Ordinal) ? null : "no event";
    }

    /// <summary>A restore point of the sample installation, and the secrets that an operator supplies.</summary>
    public sealed class Saved : IAsyncLifetime
    {
        internal EndToEndWorkspace Workspace { get; private set; } = null!;

        internal string Secrets { get; private set; } = "";

        public async Task InitializeAsync()
        {
            Workspace = await EndToEndWorkspace.InitAsync();
            await using var lost = await EndToEndCluster.SampleAsync();
            await lost.ApplyAsync("""
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: {name: shared-data, namespace: runai, labels: {run.ai/cluster-wide: "true"}}
                spec: {accessModes: [ReadWriteMany], storageClassName: shared, resources: {requests: {storage: 1Gi}}}
                """);
            await Workspace.DoAsync(lost, "export", "--tag", "p");
            Secrets = EndToEndSecrets.Write(Workspace, "dr/prod/p");
        }

        public Task DisposeAsync()
        {
            Workspace.Dispose();
            return Task.CompletedTask;
        }
    }
}
