namespace RunAiDr.Core;

/// <summary>What kind of failure an operator faces. The command line turns each into a documented exit code.</summary>
public enum Fault
{
    /// <summary>Wrong arguments, configuration, scope file or kubeconfig.</summary>
    Configuration,

    /// <summary>The API server cannot be reached, does not answer as one, or stopped in the middle.</summary>
    ClusterUnreachable,

    /// <summary>The API server refused: credentials (401) or rights (403).</summary>
    ClusterRefused,

    /// <summary>The Git repository is missing, locked, damaged or full.</summary>
    Repository,

    /// <summary>The restore point does not exist, is not ours, or holds something that cannot be restored.</summary>
    RestorePoint,

    /// <summary>Stopped on purpose: the next step needs the operator's confirmation or input.</summary>
    NeedsOperator,

    /// <summary>The remote of the Git repository refused, or cannot be reached.</summary>
    Remote,

    /// <summary>
    /// A snapshot could not be taken, checked or deleted: database, storage or metrics cannot be reached, refuse, or hold
    /// something else than they should.
    /// </summary>
    Snapshot,
}

/// <summary>A failure the operator can act on: its message says what happened and where, <see cref="Remedy"/> what to do.</summary>
public class RunAiDrException(Fault fault, string message, string remedy, Exception? inner = null)
    : Exception(message, inner)
{
    public Fault Fault { get; } = fault;

    public string Remedy { get; } = remedy;
}
