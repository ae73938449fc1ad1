namespace RunAiDr.Cluster.Watching;

/// <summary>
/// How the connections of one watch went, and what follows: pauses grow from a tenth of a second to half a minute, with
/// jitter, until a connection brings something new.
/// </summary>
internal sealed class WatchCourse(TimeProvider clock, Func<double> chance)
{
    private const int MostFailures = 5;

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan TooShort = TimeSpan.FromSeconds(1);

    private long _began;
    private int _tries;
    private int _failures;

    public void Begin() => _began = clock.GetTimestamp();

    /// <summary>What an end means after all that came before it.</summary>
    public WatchEnd Judge(WatchEnd end, WatchSession? session)
    {
        var lasted = clock.GetElapsedTime(_began);
        var advanced = session is { Advanced: true };
        if (advanced || (session is not null && lasted > LongestPause))
        {
            _tries = 0;
        }

        _failures = end.Kind == WatchEndKind.Failed ? (advanced ? 1 : _failures + 1) : 0;
        return end.Kind switch
        {
            // The server fails at this very event: only a list gets past it, or tells what is wrong.
            WatchEndKind.Failed when _failures == MostFailures => end with { Kind = WatchEndKind.Expired },

            // Some proxies answer so while there is no server behind them; to come back at once would be a flood.
            WatchEndKind.Clean when !advanced && lasted < TooShort => end with { Kind = WatchEndKind.Cut },
            _ => end,
        };
    }

    /// <summary>Half of each pause is certain; what the server asks for comes on top.</summary>
    public Task PauseAsync(TimeSpan? retryAfter, CancellationToken ct)
    {
        var longest = Math.Min(LongestPause.TotalSeconds, ShortestPause.TotalSeconds * Math.Pow(2, Math.Min(_tries++, 20)));
        var asked = retryAfter is { } pause && pause > TimeSpan.Zero ? Math.Min(pause.TotalSeconds, LongestRetryAfter.TotalSeconds) : 0;
        return Task.Delay(TimeSpan.FromSeconds(asked + longest * (0.5 + chance() / 2)), clock, ct);
    }
}
