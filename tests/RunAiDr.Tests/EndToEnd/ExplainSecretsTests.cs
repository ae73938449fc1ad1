using System.Text.Json.Nodes;
using RunAiDr.Core;
using RunAiDr.Core.Yaml;
using RunAiDr.Tests.Core.Export;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.EndToEnd;

/// <summary><c>runai-dr export --explain-secrets</c>.</summary>
public sealed class ExplainSecretsTests
{
    [Fact]
    public async Task Each_decision_is_shown_and_nothing_is_written_or_told()
    {
        await using var cluster = await EndToEndCluster.SampleAsync();
        using var workspace = await EndToEndWorkspace.InitAsync();
        var before = workspace.Tip();

        var text = (await workspace.DoAsync(cluster, "export", "--explain-secrets")).Output;
        var json = (await workspace.DoAsync(cluster, "export", "--explain-secrets", "--output", "json")).Output;
        var yaml = (await workspace.DoAsync(cluster, "export", "--explain-secrets", "--output", "yaml")).Output;

        Assert.Equal(before, workspace.Tip());
        Verified.Text(text);
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse(json), YamlReader.Read(System.Text.Encoding.UTF8.GetBytes(yaml), "output", Fault.Configuration)));
        Assert.All(
            File.ReadAllLines(Path.Combine(RecordedCluster.Folder, "canaries.txt")),
            canary => Assert.DoesNotContain(canary, text + json, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_placeholder_of_the_restore_point_is_explained()
    {
        await using var cluster = await EndToEndCluster.SampleAsync();
        using var workspace = await EndToEndWorkspace.InitAsync();

        var secrets = (await workspace.AskAsync(cluster, "export"))["secrets"]!.AsArray().Select(name => (string?)name);
        var decisions = (await workspace.AskAsync(cluster, "export", "--explain-secrets"))["decisions"]!.AsArray()
            .Where(decision => (string?)decision!["verdict"] == "hidden").Select(decision => $"{decision!["document"]}/{decision["path"]}");

        Assert.Equal(secrets, decisions.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_rules_of_the_configuration_decide_in_export_and_a_wrong_file_is_refused()
    {
        await using var cluster = await EndToEndCluster.SampleAsync();
        using var workspace = await EndToEndWorkspace.InitAsync();
        await File.AppendAllTextAsync(workspace.File("runai-dr.yaml"), "\nsecretRules: rules.yaml\n");
        await File.WriteAllTextAsync(workspace.File("rules.yaml"), """
            version: 1
            charts: [{chart: runai-*, versions: ">=2.20", paths: [cluster.uid]}]
            """);
        await workspace.DoAsync(cluster, "export");

        Assert.Contains("runai-dr-secret:values/runai-cluster/cluster.uid:", workspace.Text("values/runai-cluster.yaml"), StringComparison.Ordinal);

        await File.WriteAllTextAsync(workspace.File("rules.yaml"), "version: 1\n");
        var refused = (await workspace.RunAsync(cluster, "export")).Expect(2);
        Assert.Contains("charts is missing", refused.Error, StringComparison.Ordinal);
    }
}
