using RunAiDr.Core.Checkpoints;
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
            error.WriteLine($"{CheckpointSummary.NameOf(value.Component)}: {value.Step}{Bytes(value)}");
        }
    }

    private static string Bytes(SnapshotProgress progress) => (progress.Done, progress.Total) switch
    {
        ({ } done, { } total) => $", {CheckpointSummary.Size(done)} of about {CheckpointSummary.Size(total)}",
        ({ } done, null) => $", {CheckpointSummary.Size(done)}",
        _ => "",
    };
}
