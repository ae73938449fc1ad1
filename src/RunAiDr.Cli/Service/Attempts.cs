namespace RunAiDr.Cli.Service;

/// <summary>How repeated work stands: when it may be tried again, and why it failed.</summary>
/// <param name="work">What is done to checkpoints: "made", "pruned".</param>
/// <param name="firstWait">After the first failure; a few minutes when null.</param>
internal sealed class Attempts(string work, TimeSpan? firstWait = null)
{
    private const int LongestWait = 12; // times the first

    // What is tried may take and take back a snapshot of a volume, which costs.
    private readonly TimeSpan _firstWait = firstWait ?? TimeSpan.FromMinutes(5);

    private volatile string? _failure;
    private volatile bool _tried;
    private int _failures;

    public string Work => work;

    public DateTimeOffset NextAt { get; private set; } = DateTimeOffset.MinValue;

    /// <summary>Whether this process has tried it yet: before that, no failure says nothing.</summary>
    public bool Tried => _tried;

    /// <summary>Of the last attempt; null when it succeeded.</summary>
    public string? Failure => _failure;

    public void Succeeded() => (_failure, _failures, NextAt, _tried) = (null, 0, DateTimeOffset.MinValue, true);

    public void Failed(string failure, DateTimeOffset now)
    {
        (_failure, _tried) = (failure, true);
        NextAt = now + (_firstWait * Math.Min(Math.Pow(2, _failures++), LongestWait));
    }
}
