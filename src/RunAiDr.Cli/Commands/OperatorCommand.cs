using System.CommandLine;

namespace RunAiDr.Cli.Commands;

/// <summary>A command of runai-dr. The description ends with examples, as kubectl's do.</summary>
internal abstract class OperatorCommand(string name, string summary, params string[] examples)
    : Command(name, $"{summary}\n\nExamples:\n{string.Join('\n', examples.Select(example => $"  {example}"))}")
{
    public abstract Task<int> RunAsync(Invocation invocation, CancellationToken ct);
}
