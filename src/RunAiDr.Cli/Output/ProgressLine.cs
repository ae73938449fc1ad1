using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cli.Output;

/// <summary>Tells how far a rehydration is, at most once a second but for parts that end, on standard error.</summary>
internal sealed class ProgressLine(TextWriter error, TimeProvider clock) : IProgress<RehydrationProgress>
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private long _last = clock.GetTimestamp();

    public void Report(RehydrationProgress value)
    {
        switch (value)
        {
            case ResourceDone resource when IsTime() || resource.Done == resource.Total:
                error.WriteLine($"{resource.Done} of {resource.Total} resources restored");
                break;
            case PartStep part when IsTime():
                error.WriteLine(Visible.Text($"{part.Name}: {part.Progress.Step}{SnapshotProgressLine.Bytes(part.Progress.Done, part.Progress.Total)}"));
                break;
            case PartDone part:
                error.WriteLine(Visible.Text($"{part.Result.Name}: {part.Result.Action.ToString().ToLowerInvariant()}"));
                break;
        }
    }

    private bool IsTime()
    {
        if (clock.GetElapsedTime(_last) < Interval)
        {
            return false;
        }

        _last = clock.GetTimestamp();
        return true;
    }
}
