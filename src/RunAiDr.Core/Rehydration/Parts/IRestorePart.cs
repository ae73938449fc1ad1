namespace RunAiDr.Core.Rehydration.Parts;

/// <summary>A volume, a release, the database, the metrics: planned and restored as one.</summary>
internal interface IRestorePart
{
    RestorePhase Phase { get; }

    /// <summary>What plan and report call it.</summary>
    string Name { get; }

    /// <summary>How long it usually takes; null when nobody can tell.</summary>
    TimeSpan? Estimate { get; }

    /// <exception cref="RunAiDrException">The target cannot be reached.</exception>
    Task<PartPlan> PlanAsync(CancellationToken ct);

    /// <param name="progress">Hears how far it is.</param>
    /// <param name="owns">What there is of it on the target came from this rehydration.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="RunAiDrException">The target cannot be reached, or refuses what everything after it needs.</exception>
    Task<PartOutcome> RunAsync(IProgress<PartProgress> progress, bool owns, CancellationToken ct);
}
