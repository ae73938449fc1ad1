using RunAiDr.Core;

namespace RunAiDr.Cli;

/// <summary>The exit codes of every command; the table in README.md is checked against these.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>A defect of runai-dr; the stack is printed.</summary>
    public const int Bug = 1;

    /// <summary>Wrong arguments, configuration, scope file or kubeconfig.</summary>
    public const int Configuration = 2;

    /// <summary>The live cluster differs from the restore point (<c>verify</c>, <c>drift --exit-code</c>).</summary>
    public const int Different = 3;

    /// <summary>The operator has to decide or supply something first; nothing was written (<c>prune</c>: what had to stay has stayed).</summary>
    public const int NeedsOperator = 4;

    /// <summary>The API server cannot be reached or stopped answering.</summary>
    public const int ClusterUnreachable = 5;

    /// <summary>The API server refused the credentials or a right is missing.</summary>
    public const int ClusterRefused = 6;

    /// <summary>The Git repository is missing, locked, damaged or full.</summary>
    public const int Repository = 7;

    /// <summary>The restore point does not exist or cannot be restored.</summary>
    public const int RestorePoint = 8;

    /// <summary>Rehydration ended, but some resources were refused; the report names them.</summary>
    public const int Incomplete = 9;

    /// <summary>The remote of the Git repository refused, or cannot be reached.</summary>
    public const int Remote = 10;

    /// <summary>Database, snapshot storage or metrics failed: a snapshot could not be taken, checked or deleted.</summary>
    public const int Snapshot = 11;

    /// <summary>A recovery point is older than its objective (<c>status</c>).</summary>
    public const int ObjectiveMissed = 12;

    /// <summary>Interrupted by Ctrl-C or SIGTERM.</summary>
    public const int Cancelled = 130;

    public static int For(Exception failure) => failure switch
    {
        RunAiDrException fault => For(fault.Fault),
        OperationCanceledException => Cancelled,
        _ => Bug,
    };

    public static int For(Fault fault) => fault switch
    {
        Fault.Configuration => Configuration,
        Fault.ClusterUnreachable => ClusterUnreachable,
        Fault.ClusterRefused => ClusterRefused,
        Fault.Repository => Repository,
        Fault.RestorePoint => RestorePoint,
        Fault.NeedsOperator => NeedsOperator,
        Fault.Remote => Remote,
        Fault.Snapshot => Snapshot,
        _ => Bug,
    };
}
