namespace RunAiDr.Core.Audit;

/// <summary>A span of time; both ends belong to it.</summary>
public sealed record AuditPeriod(DateTimeOffset From, DateTimeOffset To)
{
    public TimeSpan Length => To - From;

    public bool Holds(DateTimeOffset time) => time >= From && time <= To;
}
