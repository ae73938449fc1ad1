using System.Text;
using System.Text.Json.Nodes;
using RunAiDr.Core;
using RunAiDr.Core.Scopes;
using RunAiDr.Core.Yaml;
using RunAiDr.Sandbox.Security;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.EndToEnd;

/// <summary>What templates/deploy/rbac.yaml grants is what an export needs: enough, and nothing else.</summary>
public sealed class RightsTests
{
    private static readonly string Template = RepositoryFiles.Read("templates/deploy/rbac.yaml");

    // Tokens of service accounts carry the name; the sandbox is told it.
    private static readonly (string Token, SandboxUser User) Account =
        ("token", new SandboxUser("system:serviceaccount:runai-dr:runai-dr"));

    [Fact]
    public void The_template_is_what_the_built_in_scope_needs()
    {
        var needed = Scope.RunAi().RequiredRules()
            .Select(rule => $"{rule.Group}: {string.Join(' ', rule.Plurals)}: {string.Join(' ', rule.Verbs)}");

        var granted = Rules().Select(rule =>
            $"{Texts(rule!, "apiGroups")}: {Texts(rule!, "resources")}: {Texts(rule!, "verbs")}");

        Assert.Equal(needed, granted);
    }

    [Fact]
    public async Task With_exactly_these_rights_the_export_succeeds()
    {
        await using var cluster = await GrantedAsync(Template);
        using var workspace = await EndToEndWorkspace.InitAsync();

        (await workspace.RunAsync(cluster.KubeconfigOf("token"), "export")).Expect(0);
        (await workspace.RunAsync(cluster.KubeconfigOf("token"), "drift", "--exit-code")).Expect(0);
        (await workspace.RunAsync(cluster.KubeconfigOf("token"), "verify", "main")).Expect(0);

        await workspace.DoAsync(cluster, "verify", "main");
    }

    [Theory]
    [InlineData(" secrets,", "secrets")]
    [InlineData(" roles]", "roles")]
    [InlineData("[departments]", "departments")]
    [InlineData("[customresourcedefinitions]", "customresourcedefinitions")]
    public async Task A_right_that_is_missing_is_named(string words, string kind)
    {
        await using var cluster = await GrantedAsync(
            Template.Replace(words, words.Replace(kind, "nothing", StringComparison.Ordinal), StringComparison.Ordinal));
        using var workspace = await EndToEndWorkspace.InitAsync();

        var ended = (await workspace.RunAsync(cluster.KubeconfigOf("token"), "export")).Expect(6);

        Assert.Contains($"resources: [\"{kind}\"]", ended.Error, StringComparison.Ordinal);
        Assert.NotEqual(0, workspace.Git.Try([], "rev-parse", "main:clusters").Code);
    }

    private static async Task<EndToEndCluster> GrantedAsync(string rights)
    {
        var cluster = await EndToEndCluster.SampleAsync(Account);
        await cluster.KubectlAsync("create", "namespace", "runai-dr");
        await cluster.ApplyAsync(rights);
        return cluster;
    }

    private static JsonArray Rules()
    {
        var role = Template.Split("---\n").Single(document => document.Contains("\nkind: ClusterRole\n", StringComparison.Ordinal));
        return YamlReader.Read(Encoding.UTF8.GetBytes(role), "rbac.yaml", Fault.Configuration)!["rules"]!.AsArray();
    }

    private static string Texts(JsonNode rule, string field) =>
        string.Join(' ', rule[field]!.AsArray().Select(text => (string)text!));
}
