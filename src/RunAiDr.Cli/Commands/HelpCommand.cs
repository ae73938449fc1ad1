using System.CommandLine;
using System.CommandLine.Completions;
using RunAiDr.Cli.Output;
using RunAiDr.Core;

namespace RunAiDr.Cli.Commands;

internal sealed class HelpCommand : OperatorCommand
{
    private readonly Argument<string?> _topic = new("topic")
    {
        HelpName = "topic",
        Description = "A topic or a command [default: the list of them]",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public HelpCommand()
        : base("help", "Explain a topic, or list the topics.", "runai-dr help", "runai-dr help exit-codes", "runai-dr help plan")
    {
        _topic.CompletionSources.Add(context => HelpTopic.All.Select(topic => topic.Name)
            .Concat(context.ParseResult.RootCommandResult.Command.Subcommands.Select(command => command.Name))
            .Where(name => name.StartsWith(context.WordToComplete, StringComparison.Ordinal)).Select(name => new CompletionItem(name)));
        Arguments.Add(_topic);
    }

    public override async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        var root = invocation.Arguments.RootCommandResult.Command;
        var wanted = invocation.Get(_topic);
        if (HelpTopic.All.FirstOrDefault(topic => topic.Name == wanted) is { } found)
        {
            await WriteAsync(invocation, found.Lines(), ct);
            return ExitCode.Success;
        }

        if (wanted is null)
        {
            await WriteAsync(invocation, Overview(root), ct);
            return ExitCode.Success;
        }

        return root.Subcommands.Any(command => command.Name == wanted)
            ? await root.Parse([wanted, "--help"]).InvokeAsync(invocation.Arguments.InvocationConfiguration, ct)
            : throw new RunAiDrException(Fault.Configuration, $"{wanted} is neither a topic nor a command", "`runai-dr help` lists both.");
    }

    private static IEnumerable<string> Overview(Command root) =>
    [
        "Topics, for `runai-dr help <topic>`:",
        .. HelpTopic.All.Select(topic => $"  {topic.Name,-16} {topic.Summary}"),
        "",
        "Commands, for `runai-dr help <command>`:",
        .. root.Subcommands.Select(command => $"  {command.Name,-16} {command.Description}"),
    ];

    private static async Task WriteAsync(Invocation invocation, IEnumerable<string> lines, CancellationToken ct) =>
        await invocation.Process.Output.WriteAsync($"{string.Join('\n', lines)}\n".AsMemory(), ct);
}
