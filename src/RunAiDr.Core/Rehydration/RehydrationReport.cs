using System.Text.Json.Serialization;
using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Resources;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Rehydration;

public enum RehydrationOutcome
{
    /// <summary>Everything that is to be restored is there.</summary>
    Complete,

    /// <summary>Something was left alone or left out: conflicts, secrets that were not supplied.</summary>
    Incomplete,

    /// <summary>The target refused something.</summary>
    Failed,

    /// <summary>It ended early: <see cref="RehydrationReport.Stopped"/> says why and how to go on.</summary>
    Stopped,

    Cancelled,
}

/// <summary>What happened to one resource and why, where that is not plain.</summary>
public sealed record ResourceOutcome(RestorePhase Phase, ResourceKey Key, ApplyAction Action, string? Reason = null);

/// <summary>Numbers of one phase.</summary>
public sealed record PhaseCount(
    RestorePhase Phase, int Created, int Configured, int Unchanged, int Skipped, int Conflicts, int Failed)
{
    internal static PhaseCount Of(RestorePhase phase, IReadOnlyCollection<ResourceOutcome> outcomes)
    {
        return new(
            phase,
            Count(ApplyAction.Created),
            Count(ApplyAction.Configured),
            Count(ApplyAction.Unchanged),
            Count(ApplyAction.Skipped),
            Count(ApplyAction.Conflict),
            Count(ApplyAction.Failed));

        int Count(ApplyAction action) => outcomes.Count(outcome => outcome.Action == action);
    }
}

/// <summary>Why a rehydration ended early, and how to go on.</summary>
public sealed record StopReason(string Message, string Remedy);

/// <summary>What a rehydration has just done.</summary>
public abstract record RehydrationProgress;

/// <summary>One resource is done. <paramref name="Done"/> and <paramref name="Total"/> count the whole rehydration.</summary>
public sealed record ResourceDone(int Done, int Total, ResourceOutcome Outcome) : RehydrationProgress;

/// <summary>A part is at work.</summary>
public sealed record PartStep(RestorePhase Phase, string Name, PartProgress Progress) : RehydrationProgress;

/// <summary>A part is done.</summary>
public sealed record PartDone(PartResult Result) : RehydrationProgress;

/// <summary>What a rehydration did: each resource once, in the order of <see cref="RestoreOrder"/>.</summary>
public sealed record RehydrationReport(
    CommitId RestorePoint,
    bool DryRun,
    RehydrationOutcome Outcome,
    StopReason? Stopped,
    TimeSpan Age,
    TimeSpan Duration,
    IReadOnlyList<ResourceOutcome> Resources,
    IReadOnlyList<ResourceKey> NotReached,
    IReadOnlyList<ResourceKey> CompareOnly,
    IReadOnlyList<string> NotHandled)
{
    /// <summary>Volumes, releases, database and metrics, in the order of restoring.</summary>
    public IReadOnlyList<PartResult> Parts { get; init; } = [];

    /// <summary>Parts that were not reached, by name.</summary>
    public IReadOnlyList<string> PartsNotReached { get; init; } = [];

    /// <summary>Whether the target is another than before.</summary>
    [JsonIgnore]
    public bool ChangedAnything => Resources.Select(outcome => outcome.Action).Concat(Parts.Select(part => part.Action))
        .Any(action => action is ApplyAction.Created or ApplyAction.Configured);

    public IReadOnlyList<PhaseCount> Phases =>
    [
        .. Resources.GroupBy(done => done.Phase).OrderBy(phase => phase.Key)
            .Select(phase => PhaseCount.Of(phase.Key, [.. phase])),
    ];
}
