namespace RunAiDr.Core.Checkpoints;

/// <summary>What an operator, or the schedule, wants.</summary>
/// <param name="Cluster">Name of the cluster.</param>
/// <param name="Name">Name of the checkpoint; see <see cref="CheckpointName"/>.</param>
public sealed record CheckpointRequest(string Cluster, string Name)
{
    /// <summary>Tag although a snapshot failed.</summary>
    public bool AllowPartial { get; init; }

    /// <summary>Commit although many files vanish.</summary>
    public bool AllowDeletions { get; init; }
}
