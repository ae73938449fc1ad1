using RunAiDr.Core.Export;

namespace RunAiDr.Core.Sync;

/// <summary>How one cluster is kept in sync.</summary>
public sealed record SyncOptions
{
    /// <summary>Name of the cluster: its folder in the repository.</summary>
    public required string Cluster { get; init; }

    /// <summary>A batch is committed after this long without a change.</summary>
    public TimeSpan Settle { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A batch is committed at the latest this long after its first change.</summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How often the whole cluster is read at one revision, even if no watch missed anything.</summary>
    public TimeSpan Resync { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How often the tip is compared with what this process committed: others may have changed the folder.</summary>
    public TimeSpan Comparison { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>When a cycle stops for confirmation.</summary>
    public DeletionGuard DeletionGuard { get; init; } = new();
}
