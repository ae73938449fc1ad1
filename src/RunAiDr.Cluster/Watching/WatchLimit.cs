namespace RunAiDr.Cluster.Watching;

/// <summary>
/// Ends a watch that has gone silent: no line for too long, or a line that has begun and does not go
/// on. Time counts only while the watch waits for the server, not while its reader is busy.
/// </summary>
internal sealed class WatchLimit : IDisposable
{
    private readonly TimeSpan _silence;
    private readonly TimeSpan _idle;
    private readonly CancellationTokenSource _line;
    private readonly CancellationTokenSource _step;
    private readonly CancellationTokenSource _any;
    private bool _armed;

    public WatchLimit(TimeSpan silence, TimeSpan idle, TimeProvider clock, CancellationToken ct)
    {
        (_silence, _idle) = (silence, idle);
        _line = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
        _step = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
        _any = CancellationTokenSource.CreateLinkedTokenSource(ct, _line.Token, _step.Token);
    }

    public CancellationToken Token => _any.Token;

    public string Reason => _step.IsCancellationRequested
        ? $"an event stopped in the middle for {_idle.TotalSeconds:0.#} s"
        : $"neither an event nor a bookmark for {_silence.TotalSeconds:0} s";

    /// <summary>The next bytes are waited for.</summary>
    public void Wait(bool inLine)
    {
        if (!_armed)
        {
            _armed = true;
            _line.CancelAfter(_silence);
        }

        _step.CancelAfter(inLine ? _idle : Timeout.InfiniteTimeSpan);
    }

    /// <summary>Bytes have come; they end a line or not.</summary>
    public void Came(bool line)
    {
        _step.CancelAfter(Timeout.InfiniteTimeSpan);
        if (line)
        {
            _armed = false;
            _line.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        _any.Dispose();
        _step.Dispose();
        _line.Dispose();
    }
}
