using Microsoft.Extensions.Caching.Memory;
using RunAiDr.Cli.Configuration;
using RunAiDr.Core;
using RunAiDr.Git;

namespace RunAiDr.Cli.Service.Web.Pages;

/// <summary>
/// Reads the repository for the pages. Each request opens it for itself and takes no lock, so that whoever writes never
/// waits; what follows from a commit is remembered by its id.
/// </summary>
internal sealed class StateReader(Func<DrConfig> config, TimeProvider clock) : IDisposable
{
    // In bytes. A page of a large restore point takes hundreds of thousands of them, and one of a resource few.
    private const long MostRemembered = 16 * 1024 * 1024;

    // Reading a whole restore point takes seconds of a processor: one at a time.
    private readonly SemaphoreSlim _turn = new(1);
    private readonly MemoryCache _remembered = new(new MemoryCacheOptions { SizeLimit = MostRemembered, Clock = new CacheClock(clock) });

    public IReadOnlyList<string> Clusters => [.. config().Clusters.Select(cluster => cluster.Name)];

    /// <summary>Null when the configuration has no such cluster.</summary>
    /// <exception cref="RunAiDrException">The repository is not there yet, or damaged.</exception>
    public StateView? Open(string? cluster)
    {
        var present = config();
        var name = cluster is null ? present.Clusters[0].Name : present.Clusters.FirstOrDefault(one => one.Name == cluster)?.Name;
        return name is null ? null : new StateView(name, present, GitStateStore.Open(Session.StoreOptions(present, name), clock), this);
    }

    /// <summary>What was read before, or is read now.</summary>
    public T Remember<T>(object key, TimeSpan? limit, Func<T> read)
        where T : class
    {
        if (_remembered.TryGetValue(key, out T? known) && known is not null)
        {
            return known;
        }

        var value = read();
        using var entry = _remembered.CreateEntry(key);
        (entry.Value, entry.Size, entry.AbsoluteExpirationRelativeToNow) = (value, RememberedSize.Of(key, value), limit);
        return value;
    }

    /// <summary>As above, for what takes long; the others who want such a thing wait.</summary>
    public async Task<T> RememberAsync<T>(object key, TimeSpan? limit, Func<T> read, CancellationToken ct)
        where T : class
    {
        if (_remembered.TryGetValue(key, out T? known) && known is not null)
        {
            return known;
        }

        await _turn.WaitAsync(ct);
        try
        {
            return Remember(key, limit, read);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _turn.Dispose();
        _remembered.Dispose();
    }
}
