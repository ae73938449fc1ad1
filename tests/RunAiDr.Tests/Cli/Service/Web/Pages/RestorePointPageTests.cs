using System.Diagnostics;
using RunAiDr.Cli;
using RunAiDr.Cli.Configuration;
using RunAiDr.Core.Checkpoints;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Cli.Service.Web.Pages;

/// <summary>The commands of the page are those that work.</summary>
public sealed class RestorePointPageTests
{
    private const string Map = "namespaces/runai-team-a/configmaps/quota.yaml";
    private const string Other = "namespaces/runai-team-a/configmaps/more.yaml";

    [Theory]
    [InlineData(false, false, "")]
    [InlineData(true, false, " --identity identity.txt")]
    [InlineData(false, true, " --secrets secrets.yaml")]
    [InlineData(true, true, " --identity identity.txt --secrets secrets.yaml")]
    public async Task A_shell_and_our_command_line_take_the_commands_as_they_are(bool encrypted, bool missing, string options)
    {
        await using var scene = await DashboardScene.StartAsync();
        List<(string, string)> files = [(Map, Content("quota", encrypted)), (Other, Content("more", missing))];
        if (encrypted)
        {
            files.Add(($"secrets/{Path.ChangeExtension(Map, ".age")}", "age"));
        }

        var commit = scene.Commit([.. files]);
        using (var store = scene.Repository.Open())
        {
            store.Tag(DashboardScene.Cluster, "before-upgrade", commit, CheckpointSummary.Subject("before-upgrade", DashboardScene.Cluster));
        }

        var facts = await scene.JsonAsync("/api/restore-points/before-upgrade");

        Assert.Equal($"runai-dr rehydrate before-upgrade --target-context \"${{new:?}}\"{options}", (string?)facts["command"]);
        Assert.Equal(encrypted ? 1 : 0, facts["content"]!["encryptedSecrets"]!.AsArray().Count);
        Assert.Equal(missing ? 1 : 0, facts["content"]!["secrets"]!.AsArray().Count);
        Assert.Equal(["rehydrate", "before-upgrade", "--target-context", "new cluster"], (await WordsAsync((string)facts["command"]!))[..4]);
        await AssertParsedAsync((string)facts["command"]!);
        await AssertParsedAsync((string)facts["planCommand"]!);
    }

    [Fact]
    public async Task With_several_clusters_the_commands_name_theirs()
    {
        await using var scene = await DashboardScene.StartAsync(
            config => config with { Clusters = [new ClusterConfig("prod-b"), new ClusterConfig(DashboardScene.Cluster)] });
        scene.Commit((Map, Content("quota", false)));

        var command = (string)(await scene.JsonAsync("/clusters/prod-a/api/restore-points/main"))["command"]!;

        Assert.StartsWith("runai-dr rehydrate main --cluster prod-a ", command, StringComparison.Ordinal);
        await AssertParsedAsync(command);
    }

    [Fact]
    public async Task A_name_that_a_shell_would_take_apart_is_no_part_of_a_command()
    {
        await using var scene = await DashboardScene.StartAsync();
        var commit = scene.Commit((Map, Content("quota", false)));
        scene.Repository.Git.Run("branch", "x;$(reboot)");

        var facts = await scene.JsonAsync("/api/restore-points/x;$(reboot)");

        Assert.StartsWith($"runai-dr rehydrate {commit.Sha} ", (string?)facts["command"], StringComparison.Ordinal);
    }

    private static async Task AssertParsedAsync(string command)
    {
        var parsed = new CommandLine(Processes.At("/").Context).Root().Parse(await WordsAsync(command));
        Assert.Empty(parsed.Errors);
    }

    /// <summary>What the program would get from a shell.</summary>
    private static async Task<string[]> WordsAsync(string command)
    {
        var start = new ProcessStartInfo("sh", ["-c", $"runai_dr() {{ printf '%s\\n' \"$@\"; }}; runai_dr {command.AsSpan("runai-dr ".Length)}"])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        start.Environment["new"] = "new cluster";
        using var shell = Process.Start(start)!;
        return (await shell.StandardOutput.ReadToEndAsync()).Split('\n')[..^1];
    }

    private static string Content(string name, bool holdsSecret) => $"""
        apiVersion: v1
        data:
          text: "{(holdsSecret ? $"runai-dr-secret:namespaces/runai-team-a/configmaps/{name}/text:" : "plain")}"
        kind: ConfigMap
        metadata:
          name: {name}
          namespace: runai-team-a

        """;
}
