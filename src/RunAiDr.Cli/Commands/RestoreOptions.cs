using System.CommandLine;
using RunAiDr.Cli.Configuration;
using RunAiDr.Core.Rehydration;

namespace RunAiDr.Cli.Commands;

/// <summary>What <c>plan</c> and <c>rehydrate</c> are told alike, so that a plan shows what the rehydration will do.</summary>
internal sealed class RestoreOptions
{
    private readonly Option<string?> _secrets = new("--secrets")
    {
        Description = "YAML file of placeholder name to secret value",
        HelpName = "file",
    };

    private readonly Option<bool> _withoutSecrets = new("--without-secrets")
    {
        Description = "Leave out the resources whose secret values are not supplied",
    };

    private readonly Option<bool> _overwrite = new("--overwrite")
    {
        Description = "Change resources that exist and differ from the restore point",
    };

    public Argument<string> RestorePoint { get; } = new("ref")
    {
        Description = "Tag, checkpoint name, commit, unique prefix of one, or branch",
    };

    public void AddTo(Command command)
    {
        command.Arguments.Add(RestorePoint);
        command.Options.Add(_secrets);
        command.Options.Add(_withoutSecrets);
        command.Options.Add(_overwrite);
    }

    public RehydrationOptions Read(Invocation invocation) => new()
    {
        Overwrite = invocation.Get(_overwrite),
        WithoutSecrets = invocation.Get(_withoutSecrets),
        Secrets = SecretsFile.Read(invocation.Get(_secrets) is { } path ? invocation.PathOf(path) : null),
    };
}
