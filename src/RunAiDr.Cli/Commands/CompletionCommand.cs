using System.CommandLine;

namespace RunAiDr.Cli.Commands;

internal sealed class CompletionCommand : OperatorCommand
{
    private const string Folder = "completion";

    private readonly Argument<string> _shell = new("shell")
    {
        HelpName = "shell",
        Description = "bash, zsh or fish",
    };

    public CompletionCommand()
        : base(
            "completion",
            "Print the script that completes commands, options and names in a shell.",
            "source <(runai-dr completion bash)",
            "runai-dr completion zsh",
            "runai-dr completion fish")
    {
        _shell.AcceptOnlyFromAmong([.. Templates.Folder(Folder).Keys.Order(StringComparer.Ordinal)]);
        Arguments.Add(_shell);
    }

    public override Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        invocation.Process.Output.Write(Templates.ReadText($"{Folder}/{invocation.Get(_shell)}"));
        return Task.FromResult(ExitCode.Success);
    }
}
