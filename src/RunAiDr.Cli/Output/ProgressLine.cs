using RunAiDr.Core.Rehydration;

namespace RunAiDr.Cli.Output;

/// <summary>Tells how far a rehydration is, at most once a second, on standard error.</summary>
internal sealed class ProgressLine(TextWriter error, TimeProvider clock) : IProgress<RehydrationProgress>
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private long _last = clock.GetTimestamp();

    public void Report(RehydrationProgress value)
    {
        if (clock.GetElapsedTime(_last) < Interval && value.Done != value.Total)
        {
            return;
        }

        _last = clock.GetTimestamp();
        error.WriteLine($"{value.Done} of {value.Total} resources restored");
    }
}
