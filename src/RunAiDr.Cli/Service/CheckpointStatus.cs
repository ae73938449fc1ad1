using RunAiDr.Core.Checkpoints;

namespace RunAiDr.Cli.Service;

/// <summary>How the checkpoints of one cluster stand.</summary>
/// <param name="Cluster">Its name.</param>
/// <param name="Points">The recovery point of each component.</param>
/// <param name="Failure">Why the last scheduled checkpoint failed; null when it did not.</param>
internal sealed record CheckpointStatus(string Cluster, IReadOnlyList<RecoveryPoint> Points, string? Failure);
