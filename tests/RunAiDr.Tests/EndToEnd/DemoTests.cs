using System.CommandLine;
using System.Diagnostics;
using RunAiDr.Cli;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.EndToEnd;

public sealed class DemoTests : IDisposable
{
    private readonly TestDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_demonstration_ends_with_the_proof_and_leaves_the_repository()
    {
        var program = Processes.At(_folder.Path).With("KUBECONFIG", "/nonexistent").With("RUNAI_DR_CLUSTER", "another")
            .With("PATH", Environment.GetEnvironmentVariable("PATH")!);
        var started = Stopwatch.GetTimestamp();

        var ended = (await program.RunAsync("demo", "--directory", "d")).Expect(0);

        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(60));
        Assert.Contains("\nequal", ended.Output, StringComparison.Ordinal);
        var git = new GitProgram(_folder.File("d/dr.git"));
        git.AssertSound();
        Assert.Equal(
            ["Checkpoint before-the-loss", "sample: ", "Export cluster sample", "Seed the disaster-recovery repository"],
            git.Lines("log", "--format=%s", "main").Select((subject, index) => index == 1 ? subject[..8] : subject));
        Assert.Equal(["dr/sample/before-the-changes", "dr/sample/before-the-loss"], git.Lines("tag"));
        Assert.Contains("\nequal: the database holds what was saved", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_command_that_is_shown_can_be_typed()
    {
        var program = Processes.At(_folder.Path).With("PATH", Environment.GetEnvironmentVariable("PATH")!);
        var ended = (await program.RunAsync("demo", "--directory", "d")).Expect(0);

        var shown = ended.Output.Split('\n').Where(line => line.StartsWith("$ runai-dr ", StringComparison.Ordinal)).ToList();

        Assert.Equal(
            ["init", "export", "drift", "export", "checkpoint", "status", "plan", "rehydrate", "verify", "verify"],
            shown.Select(line => line.Split(' ')[2]));
        Assert.All(shown, line => Assert.Empty(
            new CommandLine(program.Context).Root().Parse(line["$ runai-dr ".Length..]).Errors));
    }

    [Fact]
    public async Task It_needs_an_empty_folder()
    {
        File.WriteAllText(_folder.File("something"), "");

        var ended = (await Processes.At(_folder.Path).RunAsync("demo", "--directory", ".")).Expect(2);

        Assert.Contains("is not empty", ended.Error, StringComparison.Ordinal);
    }
}
