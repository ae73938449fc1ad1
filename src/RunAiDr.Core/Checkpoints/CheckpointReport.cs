using RunAiDr.Core.Export;
using RunAiDr.Core.Snapshots;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Checkpoints;

/// <summary>What a checkpoint is made of.</summary>
/// <param name="Request">What was wanted.</param>
/// <param name="Outcomes">One per component that the configuration names, in order of <see cref="SnapshotComponent"/>.</param>
/// <param name="Export">The full export that goes with the snapshots.</param>
/// <param name="ExportedAt">When that began.</param>
public sealed record CheckpointReport(
    CheckpointRequest Request,
    IReadOnlyList<SnapshotOutcome> Outcomes,
    ExportReport Export,
    DateTimeOffset ExportedAt)
{
    public CommitId Commit { get; init; }

    /// <summary>Full name of the tag.</summary>
    public string Tag { get; init; } = "";

    public bool IsPartial => Outcomes.Any(outcome => outcome.Failure is not null);

    /// <summary>From the oldest to the newest part: how far database, metrics and cluster may disagree.</summary>
    public TimeSpan Skew
    {
        get
        {
            List<DateTimeOffset> times = [.. Outcomes.Select(outcome => outcome.Reference?.TakenAt).OfType<DateTimeOffset>(), ExportedAt];
            return times.Max() - times.Min();
        }
    }
}
