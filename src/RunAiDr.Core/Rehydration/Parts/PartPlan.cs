namespace RunAiDr.Core.Rehydration.Parts;

/// <summary>
/// What a rehydration would do with a part that is no single resource: a volume, a Helm release, the database. Found out
/// by reading only.
/// </summary>
/// <param name="Action">What would be done.</param>
/// <param name="Checks">What was looked at on the way; a blocked one keeps the rehydration from starting.</param>
/// <param name="Reason">Why, where that is not plain.</param>
public sealed record PartPlan(PlannedAction Action, IReadOnlyList<PlanCheck> Checks, string? Reason = null);

/// <summary>What became of a part. A refusal is an outcome; a server that cannot be reached is an exception.</summary>
/// <param name="Action">What was done.</param>
/// <param name="Reason">Why, where that is not plain.</param>
public sealed record PartOutcome(ApplyAction Action, string? Reason = null)
{
    /// <summary>What an operator needs to find the cause of a failure: last events, failing pods. Never a secret.</summary>
    public IReadOnlyList<string> Details { get; init; } = [];
}

/// <summary>
/// How far a part is. <paramref name="Step"/> says what is done now ("3 of 7 workloads ready"); <paramref name="Done"/> and
/// <paramref name="Total"/> are bytes where they are known.
/// </summary>
public sealed record PartProgress(string Step, long? Done = null, long? Total = null);
