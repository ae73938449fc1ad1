using System.CommandLine;
using System.CommandLine.Completions;
using RunAiDr.Cli.Configuration;
using RunAiDr.Core;
using RunAiDr.Git;

namespace RunAiDr.Cli.Completion;

/// <summary>
/// The names that a shell may complete and only the configuration and the repository know. It asks no server, and says
/// nothing when something is wrong: whoever is typing will be told by the command.
/// </summary>
internal sealed class KnownNames(GlobalOptions globals, ProcessContext process)
{
    // As they are called in every command.
    private const string Reference = "ref";
    private const string Checkpoints = "name";

    public void AddTo(Command root)
    {
        globals.Cluster.CompletionSources.Add(context => Known(context, config => config.Clusters.Select(cluster => cluster.Name)));
        foreach (var argument in root.Subcommands.SelectMany(command => command.Arguments).Where(argument => argument.Name is Reference or Checkpoints))
        {
            argument.HelpName = argument.Name; // or help would list what is known just now
            argument.CompletionSources.Add(context => Known(context, config => Tags(context, config)));
        }
    }

    private IEnumerable<CompletionItem> Known(CompletionContext context, Func<DrConfig, IEnumerable<string>> names)
    {
        try
        {
            return [.. names(Session.ReadConfig(new Invocation(context.ParseResult, globals, process)))
                .Where(name => name.StartsWith(context.WordToComplete, StringComparison.Ordinal)).Select(name => new CompletionItem(name))];
        }
        catch (RunAiDrException)
        {
            return [];
        }
    }

    private IEnumerable<string> Tags(CompletionContext context, DrConfig config)
    {
        using var store = GitStateStore.Open(Session.StoreOptions(config), process.Clock);
        var chosen = context.ParseResult.GetValue(globals.Cluster);
        return [.. config.Clusters.Where(cluster => chosen is null || cluster.Name == chosen)
            .SelectMany(cluster => store.Tags(cluster.Name)).Select(tag => tag.Name).Distinct(StringComparer.Ordinal)];
    }
}
