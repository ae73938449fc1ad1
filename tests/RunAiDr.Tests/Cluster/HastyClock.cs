using System.Collections.Concurrent;
using RunAiDr.Cluster.Connections;

namespace RunAiDr.Tests.Cluster;

/// <summary>A clock on which pauses and time limits last a fraction, and which remembers them as they were asked for.</summary>
public sealed class HastyClock(int divisor = 100) : TimeProvider
{
    /// <summary>Time limits that even a busy machine does not reach by a hundredth.</summary>
    public static readonly ClusterTimeouts Patient = new(
        TimeSpan.FromHours(1), TimeSpan.FromHours(1), TimeSpan.FromHours(1), TimeSpan.FromHours(1));

    private readonly ConcurrentQueue<TimeSpan> _asked = new();

    public IEnumerable<TimeSpan> Asked => _asked;

    public DateTimeOffset? Now { get; set; }

    public override DateTimeOffset GetUtcNow() => Now ?? base.GetUtcNow();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        _asked.Enqueue(dueTime);
        return new HastyTimer(base.CreateTimer(callback, state, Shortened(dueTime), period), Shortened);
    }

    private TimeSpan Shortened(TimeSpan time) => time > TimeSpan.Zero ? time / divisor : time;

    private sealed class HastyTimer(ITimer timer, Func<TimeSpan, TimeSpan> shortened) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(shortened(dueTime), period);

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
