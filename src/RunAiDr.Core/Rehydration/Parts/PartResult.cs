namespace RunAiDr.Core.Rehydration.Parts;

/// <summary>What a rehydration would do with one part.</summary>
public sealed record PlannedPart
{
    internal PlannedPart(IRestorePart part, PartPlan plan) =>
        (Part, Phase, Name, Action, Reason, Estimate) = (part, part.Phase, part.Name, plan.Action, plan.Reason, part.Estimate);

    public RestorePhase Phase { get; }

    public string Name { get; }

    public PlannedAction Action { get; }

    /// <summary>Why, where that is not plain.</summary>
    public string? Reason { get; }

    /// <summary>How long it usually takes; null when nobody can tell.</summary>
    public TimeSpan? Estimate { get; }

    internal IRestorePart Part { get; }
}

/// <summary>What became of one part and how long it took.</summary>
public sealed record PartResult(
    RestorePhase Phase, string Name, ApplyAction Action, string? Reason, TimeSpan Duration, IReadOnlyList<string> Details);
