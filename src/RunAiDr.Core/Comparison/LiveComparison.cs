using RunAiDr.Core.Runbook;
using RunAiDr.Core.Secrets.Sealing;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Comparison;

/// <summary>
/// Takes an export of the live cluster and keeps what differs from a restore point: equal files cost their path only.
/// </summary>
public sealed class LiveComparison : IStateSink
{
    private readonly IStateTree _restorePoint;
    private readonly bool _comparesSecrets;
    private readonly Dictionary<string, StateFile> _saved;
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly Dictionary<string, byte[]> _different = new(StringComparer.Ordinal);

    /// <param name="restorePoint">What the cluster is compared with.</param>
    /// <param name="comparesSecrets">The export gives MACs of secrets by the same key and under the same names.</param>
    public LiveComparison(IStateTree restorePoint, bool comparesSecrets = false)
    {
        _restorePoint = restorePoint;

        // What was saved before secrets were encrypted has none to compare with.
        _comparesSecrets = comparesSecrets && restorePoint.Files.Any(file => file.Path == SealedFiles.RecipientsPath);
        _saved = restorePoint.Files.Where(file => IsCompared(file.Path)).ToDictionary(file => file.Path, StringComparer.Ordinal);
    }

    public void Put(string path, ReadOnlySpan<byte> content)
    {
        if (!IsCompared(path))
        {
            return;
        }

        _seen.Add(path);
        if (Holds(path, GitObjectId.OfBlob(content)))
        {
            _different.Remove(path);
        }
        else
        {
            _different[path] = content.ToArray();
        }
    }

    /// <summary>How one restore point differs from another: equal files are not read.</summary>
    public static StateDifferences Between(IStateTree before, IStateTree after)
    {
        var comparison = new LiveComparison(before, after.Files.Any(file => file.Path == SealedFiles.RecipientsPath));
        foreach (var file in after.Files.Where(file => comparison.IsCompared(file.Path)))
        {
            comparison._seen.Add(file.Path);
            if (!comparison._saved.TryGetValue(file.Path, out var saved) || saved.BlobId != file.BlobId || saved.IsRegular != file.IsRegular)
            {
                comparison._different[file.Path] = after.Read(file.Path) ?? [];
            }
        }

        return comparison.Finish();
    }

    public bool Holds(string path, string blobId) =>
        _saved.TryGetValue(path, out var saved) && saved.IsRegular && saved.BlobId == blobId;

    public void Keep(string path)
    {
        if (IsCompared(path))
        {
            _seen.Add(path);
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
        var items = changed.Concat(missing).Where(d => !GoesWithDocument(d.Path)).ToList();
        var withMacs = _saved.Keys.Count(path => SealedFiles.IsMacs(path) && _seen.Contains(path));
        return new StateDifferences([.. SecretChanges.WithOtherKeyToldOnce(items, withMacs).OrderBy(d => d.Path, StringComparer.Ordinal)])
        {
            SavedPaths = _saved.Keys,
            LivePaths = _seen,
            HasSecrets = _comparesSecrets,
        };
    }

    // Where one side lacks the document, that says it.
    private bool GoesWithDocument(string path) =>
        SealedFiles.DocumentOf(path) is { } document && !(_seen.Contains(document) && _saved.ContainsKey(document));

    private byte[]? Saved(string path) => _saved.ContainsKey(path) ? _restorePoint.Read(path) ?? [] : null;

    // The runbook follows from the files that are compared.
    private bool IsCompared(string path) =>
        path != RunbookPage.Path
        && !path.StartsWith(StateFolder.Snapshots, StringComparison.Ordinal)
        && (!path.StartsWith(StateFolder.Secrets, StringComparison.Ordinal) || (_comparesSecrets && SealedFiles.IsMacs(path)));
}
