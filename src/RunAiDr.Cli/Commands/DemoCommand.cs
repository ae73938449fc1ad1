using System.CommandLine;
using RunAiDr.Cli.Demo;
using RunAiDr.Core;

namespace RunAiDr.Cli.Commands;

internal sealed class DemoCommand : OperatorCommand
{
    private readonly Option<string?> _directory = new("--directory")
    {
        Description = "Folder for the repository and the kubeconfigs; must be empty [default: a new one below the temporary folder]",
        HelpName = "path",
    };

    private readonly Option<bool> _keep = new("--keep")
    {
        Description = "Leave the two clusters running until Ctrl-C, to try the commands by hand",
    };

    public DemoCommand()
        : base(
            "demo",
            "Show the main job on two clusters inside this program: export, drift, restore, proof.",
            "runai-dr demo",
            "runai-dr demo --directory ./demo --keep")
    {
        Options.Add(_directory);
        Options.Add(_keep);
    }

    public override async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        var directory = Prepare(invocation);
        await using var stage = await DemoStage.BuildAsync(directory, invocation.Process, ct);
        await new DemoScript(stage).RunAsync(ct);
        if (invocation.Get(_keep))
        {
            stage.Say("Both clusters run until Ctrl-C. The commands above work in another terminal, in that folder.");
            await Task.Delay(Timeout.InfiniteTimeSpan, invocation.Process.Clock, ct);
        }

        return ExitCode.Success;
    }

    private string Prepare(Invocation invocation)
    {
        if (invocation.Get(_directory) is not { } given)
        {
            return Directory.CreateTempSubdirectory("runai-dr-demo-").FullName;
        }

        var directory = invocation.PathOf(given);
        if (Directory.Exists(directory) && Directory.EnumerateFileSystemEntries(directory).Any())
        {
            throw new RunAiDrException(Fault.Configuration, $"{directory} is not empty", "Remove it, or name another with --directory.");
        }

        return Directory.CreateDirectory(directory).FullName;
    }
}
