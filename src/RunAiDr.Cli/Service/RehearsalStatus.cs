using RunAiDr.Cli.Rehearsing;

namespace RunAiDr.Cli.Service;

/// <summary>How the rehearsals of one cluster stand.</summary>
/// <param name="Cluster">Its name.</param>
/// <param name="Newest">The newest one, by schedule or by hand; null when there was none.</param>
/// <param name="Age">How long ago it was.</param>
/// <param name="Failure">Why the scheduled one could not be run, which says nothing of the checkpoint; null when it could.</param>
internal sealed record RehearsalStatus(string Cluster, RehearsalRecord? Newest, TimeSpan? Age, string? Failure)
{
    /// <summary>Null before the first one.</summary>
    public bool? Passed => Failure is not null ? false : Newest?.Passed;
}
