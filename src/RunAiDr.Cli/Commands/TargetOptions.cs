using System.CommandLine;
using RunAiDr.Core.Rehydration.Mapping;

namespace RunAiDr.Cli.Commands;

/// <summary>Which cluster is restored into or verified, what has another name there, and whether the restore point has to be signed.</summary>
internal sealed class TargetOptions
{
    private readonly Option<string?> _targetContext = new("--target-context")
    {
        Description = "Context of the cluster that is restored into [default: as --context]",
        HelpName = "name",
    };

    private readonly Option<string[]> _mapNamespace = RestoreOptions.Many("--map-namespace", "Restore a namespace under another name", "saved=new");

    private readonly Option<string[]> _mapStorageClass =
        RestoreOptions.Many("--map-storage-class", "Use another storage class for claims and in the values", "saved=new");

    private readonly Option<bool> _requireSignature = RequireSignature.Option();

    public void AddTo(Command command)
    {
        command.Options.Add(_requireSignature);
        command.Options.Add(_targetContext);
        command.Options.Add(_mapNamespace);
        command.Options.Add(_mapStorageClass);
    }

    /// <summary>The invocation, aimed at the target, with what it demands of the restore point.</summary>
    public Invocation Aim(Invocation invocation) => invocation with
    {
        TargetContext = invocation.Get(_targetContext),
        Mapping = Mapping(invocation),
        RequiresSignature = invocation.Get(_requireSignature),
    };

    /// <exception cref="Core.RunAiDrException">An option is wrong.</exception>
    public RestoreMapping Mapping(Invocation invocation) => new(
        Pairs("--map-namespace", invocation.Get(_mapNamespace) ?? []), Pairs("--map-storage-class", invocation.Get(_mapStorageClass) ?? []));

    private static Dictionary<string, string> Pairs(string option, string[] texts)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (saved, target) in texts.Select(text => RestoreOptions.Pair(option, text)))
        {
            if (!pairs.TryAdd(saved, target))
            {
                throw RestoreOptions.Wrong(option, saved, "is mapped twice");
            }
        }

        return pairs;
    }
}
