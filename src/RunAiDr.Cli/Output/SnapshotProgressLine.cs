using RunAiDr.Core.Checkpoints;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Cli.Output;

/// <summary>Tells how far snapshots are, on standard error: each new step at once, the same step again every few seconds.</summary>
internal sealed class SnapshotProgressLine(TextWriter error, TimeProvider clock) : IProgress<SnapshotProgress>
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<SnapshotComponent, (string Step, long At)> _last = [];

    public void Report(SnapshotProgress value)
    {
        lock (_gate)
        {
            if (_last.TryGetValue(value.Component, out var last) && last.Step == value.Step && clock.GetElapsedTime(last.At) < Interval)
            {
                return;
            }

            _last[value.Component] = (value.Step, clock.GetTimestamp());
            error.WriteLine(Visible.Text($"{CheckpointSummary.NameOf(value.Component)}: {value.Step}{Bytes(value.Done, value.Total)}"));
        }
    }

    /// <summary>What follows a step where bytes are known.</summary>
    public static string Bytes(long? done, long? total) => (done, total) switch
    {
        ({ } some, { } all) => $", {CheckpointSummary.Size(some)} of about {CheckpointSummary.Size(all)}",
        ({ } some, null) => $", {CheckpointSummary.Size(some)}",
        _ => "",
    };
}
