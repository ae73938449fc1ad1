using System.CommandLine;
using System.CommandLine.Completions;
using RunAiDr.Cli.Commands;
using RunAiDr.Cli.Output;

namespace RunAiDr.Cli;

/// <summary>Options that every command takes.</summary>
internal sealed class GlobalOptions
{
    public Option<string> Config { get; } = new("--config", "-c")
    {
        Description = "Configuration file",
        DefaultValueFactory = _ => "runai-dr.yaml",
        HelpName = "file",
        Recursive = true,
    };

    public Option<OutputFormat> Output { get; } = new("--output", "-o")
    {
        Description = "How results are printed: text, json or yaml; by some commands csv or markdown [default: text]",
        HelpName = "format",
        Recursive = true,
    };

    public Option<string?> Kubeconfig { get; } = new("--kubeconfig")
    {
        Description = "Kubeconfig file of the cluster [default: from the configuration, KUBECONFIG or ~/.kube/config]",
        HelpName = "file",
        Recursive = true,
    };

    public Option<string?> Context { get; } = new("--context")
    {
        Description = "Context in the kubeconfig [default: its current context]",
        HelpName = "name",
        Recursive = true,
    };

    public Option<string?> Cluster { get; } = new("--cluster")
    {
        Description = "Name of the cluster: its folder in the repository [default: the only one of the configuration]",
        HelpName = "name",
        Recursive = true,
    };

    public void AddTo(Command root)
    {
        Output.AcceptOnlyFromAmong("text", "json", "yaml", "markdown", "csv"); // the numbers of the enumeration would be taken too
        Output.CompletionSources.Clear();
        Output.CompletionSources.Add(context => context.ParseResult.CommandResult.Command is OperatorCommand command
            ? command.Formats.Select(format => new CompletionItem(format.ToString().ToLowerInvariant())) : []);
        root.Options.Add(Config);
        root.Options.Add(Output);
        root.Options.Add(Kubeconfig);
        root.Options.Add(Context);
        root.Options.Add(Cluster);
    }
}
