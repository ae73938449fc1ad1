namespace RunAiDr.Tests.Support;

/// <summary>A clock whose time of day somebody sets; what timers and timestamps tell goes on, as on any host.</summary>
internal sealed class JumpingClock : TimeProvider
{
    private long _offset;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _offset));

    public void Jump(TimeSpan by) => Interlocked.Add(ref _offset, by.Ticks);
}
