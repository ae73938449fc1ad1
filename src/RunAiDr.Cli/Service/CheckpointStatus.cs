using RunAiDr.Core.Checkpoints;

namespace RunAiDr.Cli.Service;

/// <summary>How the checkpoints of one cluster stand.</summary>
/// <param name="Cluster">Its name.</param>
/// <param name="Points">The recovery point of each component.</param>
internal sealed record CheckpointStatus(string Cluster, IReadOnlyList<RecoveryPoint> Points)
{
    /// <summary>Why the last scheduled checkpoint failed; null when it did not.</summary>
    public string? CheckpointFailure { get; init; }

    /// <summary>Whether this process has tried to make one; it knows of no failure before.</summary>
    public bool Tried { get; init; }

    /// <summary>Whether this process has looked for snapshots; it knows of none before.</summary>
    public bool Checked { get; init; }

    /// <summary>Why pruning failed afterwards; null when it did not.</summary>
    public string? PruneFailure { get; init; }
}
