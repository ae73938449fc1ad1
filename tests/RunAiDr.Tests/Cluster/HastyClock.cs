using System.Collections.Concurrent;

namespace RunAiDr.Tests.Cluster;

/// <summary>A clock on which pauses and time limits last a hundredth, and which remembers them as they were asked for.</summary>
public sealed class HastyClock : TimeProvider
{
    private readonly ConcurrentQueue<TimeSpan> _asked = new();

    public IEnumerable<TimeSpan> Asked => _asked;

    public DateTimeOffset? Now { get; set; }

    public override DateTimeOffset GetUtcNow() => Now ?? base.GetUtcNow();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        _asked.Enqueue(dueTime);
        return new HastyTimer(base.CreateTimer(callback, state, Shortened(dueTime), period));
    }

    private static TimeSpan Shortened(TimeSpan time) => time > TimeSpan.Zero ? time / 100 : time;

    private sealed class HastyTimer(ITimer timer) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(Shortened(dueTime), period);

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
