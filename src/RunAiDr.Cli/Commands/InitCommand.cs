using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using RunAiDr.Cli.Configuration;
using RunAiDr.Core;
using RunAiDr.Git;

namespace RunAiDr.Cli.Commands;

internal sealed class InitCommand : OperatorCommand
{
    private readonly Option<string> _repository = new("--repository")
    {
        Description = "Where the DR repository is, or is made (bare)",
        DefaultValueFactory = _ => "dr.git",
        HelpName = "path",
    };

    public InitCommand()
        : base(
            "init",
            "Make a DR repository and a configuration file.",
            "runai-dr init --cluster production",
            "runai-dr init --cluster production --repository /srv/git/dr.git --config /etc/runai-dr/runai-dr.yaml")
    {
        Options.Add(_repository);
    }

    public override Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        var cluster = invocation.Get(invocation.Globals.Cluster) ?? throw new RunAiDrException(
            Fault.Configuration, "The cluster has no name yet", "Give it one with --cluster <name>.");
        if (!ClusterName.IsLegal(cluster))
        {
            throw new RunAiDrException(
                Fault.Configuration, $"{cluster} is not a cluster name", $"Use {ClusterName.Rule}.");
        }

        var config = invocation.PathOf(invocation.Get(invocation.Globals.Config)!);
        if (File.Exists(config))
        {
            throw new RunAiDrException(
                Fault.Configuration, $"{config} exists already", "Edit it, remove it, or name another with --config.");
        }

        var repository = invocation.PathOf(invocation.Get(_repository)!);
        GitStateStore.Init(
            Templates.Folder("repository"),
            new GitStateOptions { Path = repository },
            invocation.Process.Clock);
        WriteNew(config, Templates.ReadText("config/runai-dr.yaml")
            .Replace("{{cluster}}", cluster, StringComparison.Ordinal)
            .Replace("{{repository}}", Quoted(RelativeTo(config, repository)), StringComparison.Ordinal));
        invocation.Printer.Result(
            invocation.Format,
            [$"Repository     {repository}", $"Configuration  {config}", "Next: runai-dr export"],
            () => new JsonObject { ["repository"] = repository, ["configuration"] = config });
        return Task.FromResult(ExitCode.Success);
    }

    private static string RelativeTo(string config, string repository) =>
        Path.GetRelativePath(Path.GetDirectoryName(config) ?? "/", repository);

    /// <summary>A double-quoted YAML scalar.</summary>
    private static string Quoted(string text) =>
        $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static void WriteNew(string path, string text)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path) ?? "/");
            using var file = new FileStream(path, FileMode.CreateNew);
            file.Write(Encoding.UTF8.GetBytes(text));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RunAiDrException(
                Fault.Configuration, $"{path} cannot be written: {failure.Message}", "Name another with --config.", failure);
        }
    }
}
