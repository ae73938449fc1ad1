using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace RunAiDr.Core.Sync;

/// <summary>How far the remote is behind. <paramref name="Failure"/> says why the last attempt failed and what to do, null when it did not.</summary>
public sealed record PushStatus(int Ahead, TimeSpan Age, string? Failure);

/// <summary>
/// Brings commits to the remote: after each commit, and on a timer while that fails, for unpushed work is state.
/// </summary>
public sealed class PushLoop(IStateRemote remote, SyncMeters meters, ILogger log, TimeProvider clock, Func<double> chance)
{
    /// <summary>Without a commit of ours the remote is asked this often for those of others.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly Channel<bool> _commits = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock _gate = new();
    private long? _unpushedSince;
    private string? _failure;
    private int _failures;
    private int _ahead;

    public PushStatus Status()
    {
        var ahead = Ahead();
        lock (_gate)
        {
            return new PushStatus(ahead, _unpushedSince is { } since ? clock.GetElapsedTime(since) : TimeSpan.Zero, _failure);
        }
    }

    /// <summary>A commit was made.</summary>
    public void Notify()
    {
        lock (_gate)
        {
            _unpushedSince ??= clock.GetTimestamp();
        }

        _commits.Writer.TryWrite(true);
    }

    /// <summary>Runs until it is cancelled; a last attempt then belongs to the caller.</summary>
    public async Task RunAsync(Func<bool> mayPush, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await SynchronizeAsync(mayPush, ct);
                await WaitAsync(ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>One attempt; its failure is told, not thrown.</summary>
    public async Task SynchronizeAsync(Func<bool> mayPush, CancellationToken ct)
    {
        // What was committed before the attempt began is in it, and only that.
        _commits.Reader.TryRead(out _);
        var since = _unpushedSince;
        try
        {
            var outcome = await remote.SynchronizeAsync(mayPush, ct);
            Succeeded(outcome, since);
        }
        catch (RunAiDrException fault)
        {
            Failed(fault);
        }
    }

    private void Succeeded(RemoteOutcome outcome, long? since)
    {
        var ahead = Ahead();
        lock (_gate)
        {
            (_failure, _failures) = (null, 0);
            _unpushedSince = ahead == 0 ? null : _unpushedSince;
        }

        if (outcome.Pushed > 0)
        {
            var lag = since is { } timestamp ? clock.GetElapsedTime(timestamp) : TimeSpan.Zero;
            meters.PushLag.Record(lag.TotalSeconds);
            log.Pushed(outcome.Pushed, outcome.Replayed, lag);
        }
    }

    private void Failed(RunAiDrException fault)
    {
        var ahead = Ahead();
        lock (_gate)
        {
            _failure = $"{fault.Message} {fault.Remedy}";
            _failures++;
            _unpushedSince ??= ahead > 0 ? clock.GetTimestamp() : null;
        }

        meters.PushFailures.Add(1);
        log.PushFailed(fault.Message, fault.Remedy);
    }

    /// <summary>The last known number when the repository cannot be read: whoever commits meets that fault and tells it.</summary>
    private int Ahead()
    {
        try
        {
            _ahead = remote.Ahead();
        }
        catch (RunAiDrException)
        {
            // See above.
        }

        return _ahead;
    }

    private async Task WaitAsync(CancellationToken ct)
    {
        if (_failures > 0)
        {
            var seconds = Math.Min(LongestPause.TotalSeconds, Math.Pow(2, _failures - 1));
            await Task.Delay(TimeSpan.FromSeconds(seconds) * (0.5 + chance()), clock, ct);
            return;
        }

        using var timer = new CancellationTokenSource(Interval, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, ct);
        try
        {
            await _commits.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // Time to ask for the commits of others.
        }
    }
}
