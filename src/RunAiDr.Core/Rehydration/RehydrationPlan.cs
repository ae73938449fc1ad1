using System.Text.Json.Serialization;
using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Resources;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Rehydration;

public enum CheckResult
{
    Ok,
    Warning,
    Blocked,
}

/// <summary>One pre-check: what was looked at, what was found, and, unless it is fine, what to do.</summary>
public sealed record PlanCheck(string Subject, CheckResult Result, string Finding, string? Remedy = null)
{
    /// <summary>Everything that the finding is about: a plan that left some out would have to be made again.</summary>
    public IReadOnlyList<string> Items { get; init; } = [];
}

public enum PlannedAction
{
    Create,
    Unchanged,
    Configure,
    Conflict,
    Skip,
}

/// <summary>What a rehydration would do with one resource, and why where that is not plain.</summary>
public sealed record PlannedStep(RestorePhase Phase, ResourceKey Key, PlannedAction Action, string? Reason = null);

/// <summary>What a rehydration would do, found out by reading only. Age is that of the restore point: what is lost.</summary>
public sealed record RehydrationPlan(
    CommitId Id,
    DateTimeOffset CommittedAt,
    TimeSpan Age,
    IReadOnlyList<PlanCheck> Checks,
    IReadOnlyList<PlannedStep> Steps)
{
    /// <summary>Volumes, releases, database and metrics, in the order of restoring.</summary>
    public IReadOnlyList<PlannedPart> Parts { get; init; } = [];

    /// <summary>Files of the restore point that are left to the operator.</summary>
    public IReadOnlyList<string> NotHandled { get; init; } = [];

    /// <summary>Names of the secret values that nobody supplied.</summary>
    public IReadOnlyList<string> MissingSecrets { get; init; } = [];

    /// <summary>How long it may take, as far as anybody can tell.</summary>
    public TimeSpan Estimate => TimeSpan.FromTicks(Parts.Sum(part => part.Estimate?.Ticks ?? 0)) + Durations.Resources(Steps.Count);

    /// <summary>Whether nothing blocks the first write.</summary>
    public bool CanStart => Checks.All(check => check.Result != CheckResult.Blocked);

    /// <summary>What hands out power, the worst first.</summary>
    [JsonIgnore]
    public IReadOnlyList<PlanCheck> Dangers => [.. Checks.Where(check => check.Subject == DangerChecks.Subject)];

    /// <summary>Who has to do something before the first write, null when nobody has.</summary>
    [JsonIgnore]
    public Fault? Obstacle =>
        CanStart ? null : RestorePoint.Problems.Count > 0 ? Fault.RestorePoint : Fault.NeedsOperator;

    [JsonIgnore]
    public required RestorePoint RestorePoint { get; init; }

    [JsonIgnore]
    public required RehydrationOptions Options { get; init; }

    /// <summary>Whether the target is this rehydration's to change, see <see cref="TargetState"/>.</summary>
    [JsonIgnore]
    internal bool OwnsTarget { get; init; }
}
