using RunAiDr.Core.Snapshots;

namespace RunAiDr.Core.Audit;

/// <summary>How old the recovery point of one component was over a period.</summary>
/// <param name="Component">Which.</param>
/// <param name="Objective">The most the operator accepts; null for anything.</param>
/// <param name="Taken">As of when snapshots were, in their order; the first may be older than the period.</param>
/// <param name="Missed">When the objective was missed; empty without one.</param>
public sealed record RecoveryPointCourse(
    SnapshotComponent Component, TimeSpan? Objective, IReadOnlyList<DateTimeOffset> Taken, IReadOnlyList<AuditPeriod> Missed)
{
    /// <param name="component">Which.</param>
    /// <param name="objective">The most the operator accepts; null for anything.</param>
    /// <param name="taken">As of when its snapshots were, in any order.</param>
    /// <param name="period">What is looked at.</param>
    public static RecoveryPointCourse Of(
        SnapshotComponent component, TimeSpan? objective, IEnumerable<DateTimeOffset> taken, AuditPeriod period)
    {
        DateTimeOffset[] times = [.. taken.Where(time => time <= period.To).Distinct().Order()];
        return new RecoveryPointCourse(
            component,
            objective,
            [.. times.Skip(Math.Max(0, Array.FindLastIndex(times, time => time <= period.From)))],
            objective is { } most ? [.. MissedIn(period, times, most)] : []);
    }

    /// <summary>The share of a period in which the objective was kept, from 0 to 1; null without one.</summary>
    public double? KeptIn(AuditPeriod period) => Objective is null ? null
        : period.Length <= TimeSpan.Zero ? 1
        : 1 - (Missed.Sum(span => span.Length.TotalSeconds) / period.Length.TotalSeconds);

    // Each snapshot serves until the objective has passed; before the first there is nothing to go back to.
    private static IEnumerable<AuditPeriod> MissedIn(AuditPeriod period, DateTimeOffset[] times, TimeSpan most)
    {
        var covered = period.From;
        foreach (var time in times)
        {
            if (time > covered)
            {
                yield return new AuditPeriod(covered, time);
            }

            covered = time + most > covered ? time + most : covered;
        }

        if (covered < period.To)
        {
            yield return new AuditPeriod(covered, period.To);
        }
    }
}
