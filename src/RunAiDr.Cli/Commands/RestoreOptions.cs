using System.CommandLine;
using RunAiDr.Cli.Restoring;
using RunAiDr.Core;
using RunAiDr.Core.Checkpoints;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Cli.Commands;

/// <summary>What <c>plan</c> and <c>rehydrate</c> are told alike, so that a plan shows what the rehydration will do.</summary>
internal sealed class RestoreOptions
{
    private readonly Option<string?> _secrets = new("--secrets")
    {
        Description = "YAML file of placeholder name to secret value, or folder of files with these names",
        HelpName = "path",
    };

    private readonly Option<string[]> _identity = Identity();

    private readonly Option<string?> _secretsFrom = new("--secrets-from")
    {
        Description = "Secret of the target whose values are such files",
        HelpName = "namespace/name",
    };

    private readonly Option<bool> _withoutSecrets = new("--without-secrets")
    {
        Description = "Leave out the resources and releases whose secret values are not supplied",
    };

    private readonly Option<bool> _intoExisting = new("--into-existing")
    {
        Description = "Restore into a cluster that is not fresh; what exists and differs is left alone",
    };

    private readonly Option<bool> _overwrite = new("--overwrite")
    {
        Description = "Change resources that exist and differ from the restore point",
    };

    private readonly Option<bool> _cleanDatabase = new("--clean-database")
    {
        Description = "Replace a database that is not empty and differs from the dump",
    };

    private readonly Option<string[]> _only = Many("--only", "Restore these phases only", "phase");

    private readonly Option<string[]> _skip = Many("--skip", "Leave these phases out", "phase");

    private readonly Option<string[]> _existingVolume = Many(
        "--existing-volume", "Take this PersistentVolume, which holds the data already, instead of the snapshot", "component=volume");

    private readonly Option<bool> _allowConnected = new("--allow-connected")
    {
        Description = "Go on although the saved cluster still runs Run:ai",
    };

    private readonly Option<bool> _allowOutsideScope = new("--allow-outside-scope")
    {
        Description = "Restore also what an export with the configured scope would not have saved",
    };

    private readonly Option<int> _syncLimit = new("--sync-limit")
    {
        Description = "Seconds that the control plane may take to bring back its projects",
        HelpName = "seconds",
        DefaultValueFactory = _ => 300,
    };

    public Argument<string> RestorePoint { get; } = new("ref")
    {
        Description = "Tag, checkpoint name, commit, unique prefix of one, or branch",
    };

    public TargetOptions Target { get; } = new();

    public void AddTo(Command command)
    {
        command.Arguments.Add(RestorePoint);
        foreach (var option in (Option[])[_secrets, _identity, _secretsFrom, _withoutSecrets, _intoExisting, _overwrite, _cleanDatabase, _only, _skip, _existingVolume, _syncLimit, _allowConnected, _allowOutsideScope])
        {
            command.Options.Add(option);
        }

        Target.AddTo(command);
    }

    public bool AllowsConnected(Invocation invocation) => invocation.Get(_allowConnected);

    /// <exception cref="RunAiDrException">An option is wrong.</exception>
    public RehydrationOptions Read(Invocation invocation) => new()
    {
        IntoExisting = invocation.Get(_intoExisting),
        Overwrite = invocation.Get(_overwrite),
        CleanDatabase = invocation.Get(_cleanDatabase),
        WithoutSecrets = invocation.Get(_withoutSecrets),
        AllowOutsideScope = invocation.Get(_allowOutsideScope),
        SyncLimit = TimeSpan.FromSeconds(invocation.Get(_syncLimit)),
        Phases = PhasesOf(invocation.Get(_only) ?? [], invocation.Get(_skip) ?? []),
        ExistingVolumes = VolumesOf(invocation.Get(_existingVolume) ?? []),
    };

    /// <summary>Where secret values come from.</summary>
    public RestoreSecrets Secrets(Invocation invocation) => SecretsOf(invocation, _secrets, _identity) with
    {
        OpensEncrypted = !invocation.Get(_withoutSecrets),
        ClusterSecret = invocation.Get(_secretsFrom),
        Mapping = Target.Mapping(invocation),
    };

    internal static RestoreSecrets SecretsOf(Invocation invocation, Option<string?> source, Option<string[]> identity) => new()
    {
        Source = invocation.Get(source) is { } path ? invocation.PathOf(path) : null,
        Identities = IdentitiesOf(invocation, identity),
    };

    internal static string[] IdentitiesOf(Invocation invocation, Option<string[]> identity) =>
        [.. (invocation.Get(identity) ?? []).Select(invocation.PathOf)];

    internal static Option<string[]> Identity() => new("--identity")
    {
        Description = "Private key of age or ssh that opens the encrypted secrets; may be given more than once",
        HelpName = "file",
    };

    internal static Option<string[]> Many(string name, string description, string help) => new(name)
    {
        Description = description,
        HelpName = help,
        AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>The halves of <c>a=b</c>.</summary>
    internal static KeyValuePair<string, string> Pair(string option, string text) =>
        text.Split('=', 2) is [{ Length: > 0 } left, { Length: > 0 } right]
            ? KeyValuePair.Create(left, right)
            : throw Wrong(option, text, "it has to be two names with = between them");

    internal static RunAiDrException Wrong(string option, string text, string why) =>
        new(Fault.Configuration, $"{option} {text}: {why}.", "Correct the option; --help lists what it takes.");

    private static HashSet<RestorePhase> PhasesOf(string[] only, string[] skip)
    {
        var wanted = only.Length == 0 ? Enum.GetValues<RestorePhase>() : only.SelectMany(Names).Select(name => PhaseOf("--only", name));
        return [.. wanted.Except(skip.SelectMany(Names).Select(name => PhaseOf("--skip", name)))];
    }

    private static RestorePhase PhaseOf(string option, string name) =>
        PhaseNames.Find(name) ?? throw Wrong(option, name, $"not a phase; there are {string.Join(", ", PhaseNames.All)}");

    private static string[] Names(string text) => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static Dictionary<SnapshotComponent, string> VolumesOf(string[] texts)
    {
        var components = Enum.GetValues<SnapshotComponent>().ToDictionary(CheckpointSummary.NameOf, StringComparer.Ordinal);
        return texts.Select(text => Pair("--existing-volume", text)).ToDictionary(
            pair => components.TryGetValue(pair.Key, out var component)
                ? component : throw Wrong("--existing-volume", pair.Key, $"not a component; there are {string.Join(", ", components.Keys)}"),
            pair => pair.Value);
    }
}
