using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using RunAiDr.Cli.Commands;
using RunAiDr.Cli.Completion;
using RunAiDr.Cli.Output;
using RunAiDr.Core;

namespace RunAiDr.Cli;

/// <summary>The command tree, and the one place where a failure becomes an exit code.</summary>
internal sealed class CommandLine(ProcessContext process)
{
    private readonly GlobalOptions _globals = new();

    public RootCommand Root()
    {
        var root = new RootCommand(
            "Keeps the disaster-recovery state of a self-hosted Run:ai installation in a Git repository and rebuilds a cluster from it.");
        _globals.AddTo(root);
        root.Subcommands.Add(Bind(new InitCommand()));
        root.Subcommands.Add(Bind(new ExportCommand()));
        root.Subcommands.Add(Bind(new SyncCommand()));
        root.Subcommands.Add(Bind(new CheckpointCommand()));
        root.Subcommands.Add(Bind(new StatusCommand()));
        root.Subcommands.Add(Bind(new PruneCommand()));
        root.Subcommands.Add(Bind(new DriftCommand()));
        root.Subcommands.Add(Bind(new CoverageCommand()));
        root.Subcommands.Add(Bind(new HistoryCommand()));
        root.Subcommands.Add(Bind(new BlameCommand()));
        root.Subcommands.Add(Bind(new DiffCommand()));
        root.Subcommands.Add(Bind(new CheckpointsCommand()));
        root.Subcommands.Add(Bind(new PlanCommand()));
        root.Subcommands.Add(Bind(new RehydrateCommand()));
        root.Subcommands.Add(Bind(new VerifyCommand()));
        root.Subcommands.Add(Bind(new RehearseCommand()));
        root.Subcommands.Add(Bind(new ReportCommand()));
        root.Subcommands.Add(Bind(new RekeyCommand()));
        root.Subcommands.Add(Bind(new DemoCommand()));
        root.Subcommands.Add(Bind(new CompletionCommand()));
        root.Subcommands.Add(Bind(new HelpCommand()));
        new KnownNames(_globals, process).AddTo(root);
        var help = root.Options.OfType<HelpOption>().Single();
        Array.ForEach(["/h", "/?"], alias => help.Aliases.Remove(alias)); // shells would offer them
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        return root;
    }

    public async Task<int> InvokeAsync(IReadOnlyList<string> arguments, CancellationToken ct)
    {
        var parsed = Root().Parse(arguments);
        var configuration = new InvocationConfiguration
        {
            Output = process.Output,
            Error = process.Error,
            EnableDefaultExceptionHandler = false,

            // Ctrl-C and SIGTERM cancel the command; a rehydration then awaits the writes under way and reports.
            ProcessTerminationTimeout = TimeSpan.FromSeconds(30),
        };
        var code = await parsed.InvokeAsync(configuration, ct);
        return parsed.Action is ParseErrorAction ? ExitCode.Configuration : code;
    }

    private OperatorCommand Bind(OperatorCommand command)
    {
        command.SetAction((arguments, ct) => RunAsync(command, new Invocation(arguments, _globals, process), ct));
        return command;
    }

    private static async Task<int> RunAsync(OperatorCommand command, Invocation invocation, CancellationToken ct)
    {
        try
        {
            return command.Formats.Contains(invocation.Format)
                ? await command.RunAsync(invocation, ct)
                : throw new RunAiDrException(
                    Fault.Configuration,
                    $"{command.Name} does not print {invocation.Format.ToString().ToLowerInvariant()}.",
                    $"It prints {string.Join(", ", command.Formats).ToLowerInvariant()}.");
        }
#pragma warning disable CA1031 // The boundary of the program: whatever happened is told and becomes a documented exit code.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            invocation.Printer.Failure(failure);
            return ExitCode.For(failure);
        }
    }
}
