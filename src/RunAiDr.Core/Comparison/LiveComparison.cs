using RunAiDr.Core.Runbook;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Comparison;

/// <summary>
/// Takes an export of the live cluster and keeps what differs from a restore point: equal files cost their path only.
/// </summary>
public sealed class LiveComparison(IStateTree restorePoint) : IStateSink
{
    private readonly Dictionary<string, StateFile> _saved =
        restorePoint.Files.Where(file => IsCompared(file.Path)).ToDictionary(file => file.Path, StringComparer.Ordinal);

    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly Dictionary<string, byte[]> _different = new(StringComparer.Ordinal);

    public void Put(string path, ReadOnlySpan<byte> content)
    {
        if (!IsCompared(path))
        {
            return;
        }

        _seen.Add(path);
        if (_saved.TryGetValue(path, out var saved) && saved.IsRegular && saved.BlobId == GitObjectId.OfBlob(content))
        {
            _different.Remove(path);
        }
        else
        {
            _different[path] = content.ToArray();
        }
    }

    public void Reset()
    {
        _seen.Clear();
        _different.Clear();
    }

    /// <summary>What differs, once the export has put every file.</summary>
    public StateDifferences Finish()
    {
        var changed = _different.Select(file => StateDifference.Between(file.Key, Saved(file.Key), file.Value));
        var missing = _saved.Keys.Where(path => !_seen.Contains(path))
            .Select(path => StateDifference.Between(path, Saved(path), null));
        return new StateDifferences([.. changed.Concat(missing).OrderBy(d => d.Path, StringComparer.Ordinal)])
        {
            SavedPaths = _saved.Keys,
            LivePaths = _seen,
        };
    }

    private byte[]? Saved(string path) => _saved.ContainsKey(path) ? restorePoint.Read(path) ?? [] : null;

    // The runbook follows from the files that are compared.
    private static bool IsCompared(string path) =>
        path != RunbookPage.Path && !path.StartsWith(StateFolder.Snapshots, StringComparison.Ordinal);
}
