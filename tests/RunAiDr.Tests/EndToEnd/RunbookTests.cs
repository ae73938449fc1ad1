using RunAiDr.Core.Secrets;
using RunAiDr.Core.Yaml;
using RunAiDr.Tests.Core.Runbook;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.EndToEnd;

/// <summary>The page that a real export leaves: it can be read, and its commands can be typed.</summary>
public sealed class RunbookTests : IDisposable
{
    private EndToEndWorkspace Workspace => field ??= EndToEndWorkspace.InitAsync().GetAwaiter().GetResult();

    public void Dispose() => Workspace.Dispose();

    [Fact]
    public async Task An_export_leaves_a_page_whose_commands_find_the_checkpoint_and_the_secrets()
    {
        await using var cluster = await EndToEndCluster.SampleAsync();
        var exported = await Workspace.AskAsync(cluster, "export", "--tag", "p");

        var page = Workspace.Text("RUNBOOK.md", "dr/prod/p");
        var secrets = await RunAsync(Block(page, "grep -hoE"));
        var tags = await RunAsync(Block(page, "tag --list").Split('\n')[0]);
        var shown = await RunAsync(Block(page, "show --no-patch").Split('\n')[0]);

        RunbookPageTests.AssertSound(page);
        Assert.Equal("dr/prod/p\n", tags.Output);
        Assert.Contains("Restore point of cluster prod", shown.Output, StringComparison.Ordinal);
        Assert.Equal("", secrets.Output);
        Assert.DoesNotContain(Placeholder.Prefix, page, StringComparison.Ordinal);
        var file = YamlReader.Read(await File.ReadAllBytesAsync(Workspace.File("secrets.yaml")), "secrets.yaml", RunAiDr.Core.Fault.Configuration);
        Assert.Equal(
            exported["secrets"]!.AsArray().Select(name => (string)name!).Order(StringComparer.Ordinal),
            file!.AsObject().Select(entry => entry.Key).Order(StringComparer.Ordinal));
        Assert.Equal("600\n", (await RunAsync("stat -c %a secrets.yaml")).Output);
        var refused = (await Workspace.RunAsync(cluster, "plan", "p", "--secrets", "secrets.yaml")).Expect(2);
        Assert.Contains("secrets.yaml:1: the value is neither a text nor base64", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_secret_of_the_export_is_in_the_table()
    {
        await using var cluster = await EndToEndCluster.SampleAsync();
        var exported = await Workspace.AskAsync(cluster, "export");

        var page = Workspace.Text("RUNBOOK.md");

        Assert.All(exported["secrets"]!.AsArray(), name => Assert.Contains($"| `{name}` | ", page, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_command_whose_variable_is_empty_does_nothing()
    {
        await using var cluster = await EndToEndCluster.SampleAsync();
        await Workspace.DoAsync(cluster, "export", "--tag", "p");
        var page = Workspace.Text("RUNBOOK.md", "dr/prod/p");
        await File.WriteAllTextAsync(Workspace.File("secrets.yaml"), "a: \"filled\"\n");

        var uninstall = await TryAsync("helm() { touch called; }\n" + Block(page, "helm uninstall").Split('\n')[0], checkpoint: "");
        var secrets = await TryAsync(Block(page, "grep -hoE"), checkpoint: "");

        Assert.NotEqual(0, uninstall.Code);
        Assert.Contains("old: parameter null or not set", uninstall.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Workspace.File("called")));
        Assert.NotEqual(0, secrets.Code);
        Assert.Equal("a: \"filled\"\n", await File.ReadAllTextAsync(Workspace.File("secrets.yaml")));
    }

    private static string Block(string page, string command) =>
        page.Split("```sh\n").Skip(1).Select(rest => rest.Split("\n```")[0]).First(block => block.Contains(command, StringComparison.Ordinal));

    private async Task<Ended> RunAsync(string commands) => (await TryAsync(commands, checkpoint: "p")).Expect(0);

    private Task<Ended> TryAsync(string commands, string checkpoint) => EndToEndPrograms.RunAsync(
        Workspace.Path,
        new Dictionary<string, string>(StringComparer.Ordinal) { ["repo"] = "dr.git", ["checkpoint"] = checkpoint, ["old"] = "" },
        "bash", "-euc", commands);
}
