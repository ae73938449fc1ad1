using System.Globalization;
using RunAiDr.Core;

namespace RunAiDr.Data.Dumps;

/// <summary>Gives up work that moves no byte for a while: a wire that is dead without a word would be waited for without end.</summary>
/// <param name="Time">How long no byte may move.</param>
/// <param name="Clock">Tells it.</param>
internal sealed record IdleLimit(TimeSpan Time, TimeProvider Clock)
{
    /// <exception cref="RunAiDrException">No byte moved in time.</exception>
    public async Task<T> RunAsync<T>(string what, Func<IdleWatch, Task<T>> work, CancellationToken ct)
    {
        using var watch = new IdleWatch(this, ct);
        try
        {
            return await work(watch);
        }
        catch (Exception failure) when (watch.HasExpired && !ct.IsCancellationRequested && failure is OperationCanceledException or RunAiDrException)
        {
            throw DumpFault.Of(
                string.Create(CultureInfo.InvariantCulture, $"{what}: no byte moved for {Time.TotalSeconds:0.#} seconds."),
                "Check the network to the database and to the storage, and whether the database waits for a lock.",
                failure);
        }
    }
}

/// <summary>Waits for bytes to move.</summary>
internal sealed class IdleWatch : IDisposable
{
    private readonly TimeSpan _time;
    private readonly CancellationTokenSource _limit;
    private readonly CancellationTokenSource _either;

    public IdleWatch(IdleLimit limit, CancellationToken ct)
    {
        _time = limit.Time;
        _limit = new CancellationTokenSource(limit.Time, limit.Clock);
        _either = CancellationTokenSource.CreateLinkedTokenSource(ct, _limit.Token);
    }

    /// <summary>Ends when no byte moved for too long, or the caller gives up.</summary>
    public CancellationToken Token => _either.Token;

    public bool HasExpired => _limit.IsCancellationRequested;

    public void Moved() => _limit.CancelAfter(_time);

    public void Dispose()
    {
        _either.Dispose();
        _limit.Dispose();
    }
}
