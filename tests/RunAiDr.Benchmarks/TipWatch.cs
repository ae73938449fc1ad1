using System.Collections.Concurrent;
using System.Diagnostics;

namespace RunAiDr.Benchmarks;

/// <summary>Notes when the branch of record is seen at which commit.</summary>
internal sealed class TipWatch : IDisposable
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<string, long> _seen = new(StringComparer.Ordinal);
    private readonly FileSystemWatcher _watcher;
    private readonly string _branch;
    private long _last = Stopwatch.GetTimestamp();

    public TipWatch(string repository)
    {
        _branch = Path.Combine(repository, "refs", "heads", "main");
        _watcher = new FileSystemWatcher(Path.Combine(repository, "refs", "heads"))
        {
            NotifyFilter = NotifyFilters.FileName,
        };
        _watcher.Renamed += (_, move) =>
        {
            if (move.Name == "main")
            {
                Note();
            }
        };
        _watcher.EnableRaisingEvents = true;
    }

    public string Tip => File.ReadAllText(_branch).Trim();

    /// <summary>Null when the branch had already moved on when it was looked at.</summary>
    public long? SeenAt(string commit) => _seen.TryGetValue(commit, out var moment) ? moment : null;

    /// <summary>Waits until the branch has not moved for a while.</summary>
    public async Task UntilQuietAsync(CancellationToken ct)
    {
        do
        {
            await Task.Delay(Glance, TimeProvider.System, ct);
        }
        while (Stopwatch.GetElapsedTime(Volatile.Read(ref _last)) < Quiet);
    }

    public void Dispose() => _watcher.Dispose();

    // The time is taken after reading: what is read is visible then.
    private void Note()
    {
        var tip = Tip;
        var now = Stopwatch.GetTimestamp();
        _seen.TryAdd(tip, now);
        Volatile.Write(ref _last, now);
    }
}
