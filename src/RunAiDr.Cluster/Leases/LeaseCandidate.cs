using System.Text.Json.Nodes;

namespace RunAiDr.Cluster.Leases;

/// <summary>
/// One replica's view of the Lease. The clocks of other replicas are never trusted: a lease has expired when it has not
/// changed for its duration on this machine's monotonic clock.
/// </summary>
internal sealed class LeaseCandidate(ClusterClient client, LeaseOptions options, TimeProvider clock)
{
    private LeaseRecord? _seen;
    private long _seenAt;

    // Written by the election, read by whoever asks who leads.
    private volatile string? _holder;
    private long _renewedAt;

    /// <summary>Who holds the lease as far as this replica knows.</summary>
    public string? Holder => _holder;

    public bool Holds => _holder == options.Identity;

    /// <summary>How long ago this replica began the last renewal that succeeded.</summary>
    public TimeSpan SinceRenewal => clock.GetElapsedTime(Interlocked.Read(ref _renewedAt));

    /// <summary>Takes the lease when it may be taken, renews it when it is ours. False: another one holds it.</summary>
    public async Task<bool> TryAsync(CancellationToken ct)
    {
        // As long as nobody else writes, a renewal is one request.
        return (Holds && _seen is { } mine && await HoldAsync(mine, ct)) || await ReadAndTryAsync(ct);
    }

    /// <summary>Gives the lease up, so that others need not wait for its end.</summary>
    public async Task ReleaseAsync(CancellationToken ct)
    {
        if (!Holds || _seen is not { } mine)
        {
            return;
        }

        Forget();
        if (await client.ReplaceAsync(LeaseRecord.Kind, mine.Released(clock.GetUtcNow()).Body, ct) is null
            && await ReadAsync(ct) is { } newer && newer.Holder == options.Identity)
        {
            // A renewal whose answer was not waited for.
            await client.ReplaceAsync(LeaseRecord.Kind, newer.Released(clock.GetUtcNow()).Body, ct);
        }
    }

    /// <summary>From now on this replica does not take itself for the holder.</summary>
    public void Forget() => _holder = Holds ? null : _holder;

    private async Task<bool> ReadAndTryAsync(CancellationToken ct)
    {
        var began = clock.GetTimestamp();
        if (await ReadAsync(ct) is not { } found)
        {
            var made = Mine(LeaseRecord.New(options));
            return Take(await client.TryCreateAsync(LeaseRecord.Kind, made.Body, ct), began);
        }

        if (found.Sign != _seen?.Sign)
        {
            _seenAt = clock.GetTimestamp();
        }

        _seen = found;
        var expired = clock.GetElapsedTime(_seenAt) >= (found.Duration ?? options.LeaseDuration);
        if (found.Holder is not null && found.Holder != options.Identity && !expired)
        {
            _holder = found.Holder;
            return false;
        }

        return await HoldAsync(found, ct);
    }

    private async Task<LeaseRecord?> ReadAsync(CancellationToken ct) =>
        await client.GetAsync(LeaseRecord.Kind, options.Namespace, options.Name, ct) is { } body ? new LeaseRecord(body) : null;

    private async Task<bool> HoldAsync(LeaseRecord from, CancellationToken ct)
    {
        var began = clock.GetTimestamp();
        return Take(await client.ReplaceAsync(LeaseRecord.Kind, Mine(from).Body, ct), began);
    }

    private LeaseRecord Mine(LeaseRecord from) => from.HeldBy(options.Identity, options.LeaseDuration, clock.GetUtcNow());

    private bool Take(JsonObject? stored, long began)
    {
        if (stored is null)
        {
            return false; // another one was faster: what it did is seen at the next read
        }

        _seen = new LeaseRecord(stored);
        _seenAt = began;
        Interlocked.Exchange(ref _renewedAt, began);
        _holder = options.Identity;
        return true;
    }
}
