using System.CommandLine;
using RunAiDr.Cli.Output;

namespace RunAiDr.Cli.Commands;

/// <summary>A command of runai-dr. Its examples end its help text, as kubectl's do.</summary>
internal abstract class OperatorCommand(string name, string summary, params string[] examples) : Command(name, summary)
{
    public IReadOnlyList<string> Examples => examples;

    /// <summary>How it can print its result.</summary>
    public virtual IReadOnlyList<OutputFormat> Formats => [OutputFormat.Text, OutputFormat.Json, OutputFormat.Yaml];

    public abstract Task<int> RunAsync(Invocation invocation, CancellationToken ct);
}
