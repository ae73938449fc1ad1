using System.CommandLine;
using RunAiDr.Cli.Output;
using RunAiDr.Core.Rehydration.Mapping;

namespace RunAiDr.Cli;

/// <summary>What a command knows about the process it runs in.</summary>
internal sealed record ProcessContext(
    TextWriter Output, TextWriter Error, IReadOnlyDictionary<string, string> Environment, string WorkingDirectory, TimeProvider Clock)
{
    /// <summary>Whether a person watches <see cref="Error"/> on a terminal.</summary>
    public bool IsTerminal { get; init; }

    /// <summary>Where a person answers questions; null when nobody can.</summary>
    public Func<string, bool, string?>? Ask { get; init; }

    /// <summary>Name of this host.</summary>
    public string Host { get; init; } = "localhost";

    /// <summary>Id of this process.</summary>
    public int Id { get; init; } = 1;
}

/// <summary>One call of a command: its parsed arguments and where its results go.</summary>
internal sealed record Invocation(ParseResult Arguments, GlobalOptions Globals, ProcessContext Process)
{
    public Printer Printer { get; } = new(Process.Output, Process.Error);

    /// <summary>Context of the cluster that is restored into, when that is not the one that the other options choose.</summary>
    public string? TargetContext { get; init; }

    /// <summary>Kubeconfig of the cluster that is restored into, whatever the options and the configuration say; null leaves it to them.</summary>
    public string? TargetKubeconfig { get; init; }

    /// <summary>What has another name on that cluster.</summary>
    public RestoreMapping Mapping { get; init; } = RestoreMapping.None;

    /// <summary>Whether the operator wants a signed restore point, whatever the configuration says.</summary>
    public bool RequiresSignature { get; init; }

    public OutputFormat Format => Arguments.GetValue(Globals.Output);

    public T? Get<T>(Option<T> option) => Arguments.GetValue(option);

    public T? Get<T>(Argument<T> argument) => Arguments.GetValue(argument);

    /// <summary>A path from the command line as an absolute one.</summary>
    public string PathOf(string path) => Path.GetFullPath(path, Process.WorkingDirectory);
}
