namespace RunAiDr.Tests.Support;

/// <summary>A clock whose timestamps and timers run several times as fast; the time of day is the host's.</summary>
internal sealed class FastClock(int factor) : TimeProvider
{
    public override long GetTimestamp() => base.GetTimestamp() * factor;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? dueTime / factor : dueTime, period);
}
