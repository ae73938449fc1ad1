using RunAiDr.Core;

namespace RunAiDr.Cluster.Leases;

/// <summary>
/// Elects one of several replicas by a <c>coordination.k8s.io/v1</c> Lease, as client-go does. A leader that cannot renew
/// stops before another one may take its place.
/// </summary>
public sealed class LeaderElection
{
    private readonly LeaseOptions _options;
    private readonly TimeProvider _clock;
    private readonly Func<double> _chance;
    private readonly LeaseCandidate _candidate;
    private (bool, string?) _announced;
    private bool _granted;

    /// <param name="client">The cluster that holds the Lease.</param>
    /// <param name="options">Which Lease, and how fast.</param>
    /// <param name="clock">What pauses and deadlines are measured with, by its timestamps.</param>
    /// <param name="chance">A number from 0 to 1 for the jitter of the competition.</param>
    /// <exception cref="RunAiDrException">The options do not fit together.</exception>
    public LeaderElection(ClusterClient client, LeaseOptions options, TimeProvider clock, Func<double> chance)
    {
        options.Validate();
        (_options, _clock, _chance) = (options, clock, chance);
        _candidate = new LeaseCandidate(client, options, clock);
    }

    /// <summary>Whether this replica leads at this moment, also when no timer could tell that its time is over.</summary>
    public bool IsLeader => _candidate.Holds && _candidate.SinceRenewal < _options.RenewDeadline;

    /// <summary>Who leads as far as this replica knows; null when nobody does or it is not known.</summary>
    public string? Leader => _candidate.Holder;

    /// <summary>Why the lease could not be read or written the last time; null when it could.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Called when <see cref="IsLeader"/> or <see cref="Leader"/> has changed; it must not take long.</summary>
    public Action? Changed { get; init; }

    /// <summary>
    /// Waits until this replica leads and runs <paramref name="lead"/>, whose token is cancelled as soon as the lease is
    /// lost; then competes again. When <paramref name="lead"/> ends by itself, or after <paramref name="ct"/>, the lease
    /// is kept until it has ended and then given up.
    /// </summary>
    /// <exception cref="RunAiDrException">
    /// The first try of all is refused (401, 403), or the namespace of the lease is missing; later that is <see cref="Trouble"/>.
    /// </exception>
    public async Task RunAsync(Func<CancellationToken, Task> lead, CancellationToken ct)
    {
        do
        {
            while (!await TryAsync(_options.RenewDeadline, ct))
            {
                await Task.Delay(_options.RetryPeriod * (1 + _chance()), _clock, ct);
            }
        }
        while (!await LeadAsync(lead, ct));
    }

    /// <summary>False when the lease was lost.</summary>
    private async Task<bool> LeadAsync(Func<CancellationToken, Task> lead, CancellationToken ct)
    {
        using var lost = new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, lost.Token);
        using var over = new CancellationTokenSource();
        var keeping = KeepAsync(lost, over.Token);
        try
        {
            await lead(either.Token);
            return !lost.IsCancellationRequested;
        }
        catch (OperationCanceledException) when (lost.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            return false;
        }
        finally
        {
            await over.CancelAsync();
            await keeping;
            await ReleaseAsync();
        }
    }

    /// <summary>Renews until <paramref name="ct"/> is cancelled; cancels <paramref name="lost"/> when that fails for too long.</summary>
    private async Task KeepAsync(CancellationTokenSource lost, CancellationToken ct)
    {
        try
        {
            while (_candidate.Holds && Left() > TimeSpan.Zero)
            {
                await Task.Delay(Shorter(_options.RetryPeriod, Left()), _clock, ct);
                if (Left() > TimeSpan.Zero)
                {
                    // Half the time, so that one hanging request leaves time for another.
                    await TryAsync(Shorter(_options.RenewDeadline / 2, Left()), ct);
                }
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return;
        }
        finally
        {
            if (!ct.IsCancellationRequested)
            {
                _candidate.Forget();
                Announce();
                await lost.CancelAsync();
            }
        }
    }

    private async Task<bool> TryAsync(TimeSpan limit, CancellationToken ct)
    {
        using var late = new CancellationTokenSource(limit, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, late.Token);
        try
        {
            var holds = await _candidate.TryAsync(either.Token);
            (Trouble, _granted) = (null, true);
            return holds;
        }
        catch (RunAiDrException failure) when (_granted || failure.Fault == Fault.ClusterUnreachable)
        {
            // An API server that has just been started refuses everything until it has read who may do what.
            Trouble = failure.Message;
            return false;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            Trouble = $"lease {_options.Namespace}/{_options.Name}: no answer within {limit.TotalSeconds:0.#} s";
            return false;
        }
        finally
        {
            Announce();
        }
    }

    private async Task ReleaseAsync()
    {
        using var late = new CancellationTokenSource(_options.RenewDeadline / 2, _clock);
        try
        {
            await _candidate.ReleaseAsync(late.Token);
        }
        catch (Exception failure) when (failure is RunAiDrException or OperationCanceledException)
        {
            Trouble = "the lease could not be given up: others wait for its end";
        }

        Announce();
    }

    private TimeSpan Left() => _options.RenewDeadline - _candidate.SinceRenewal;

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) =>
        one < other ? one : other > TimeSpan.Zero ? other : TimeSpan.Zero;

    private void Announce()
    {
        var now = (IsLeader, Leader);
        if (now != _announced)
        {
            _announced = now;
            Changed?.Invoke();
        }
    }
}
