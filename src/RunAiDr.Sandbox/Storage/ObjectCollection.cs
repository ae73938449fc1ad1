namespace RunAiDr.Sandbox.Storage;

/// <summary>The objects of one resource in key order with their history. Guarded by the lock of its <see cref="ObjectStore"/>.</summary>
internal sealed class ObjectCollection(string resource)
{
    private readonly List<StoredObject> _newest = [];
    private readonly List<StoredChange> _changes = [];

    /// <summary>Group and plural: <c>configmaps</c>, <c>projects.run.ai</c>.</summary>
    public string Resource { get; } = resource;

    /// <summary>The newest change that <see cref="Compact"/> forgot.</summary>
    public long Forgotten { get; private set; }

    public TaskCompletionSource Changed { get; private set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public StoredObject? Find(ReadOnlySpan<byte> key)
    {
        var at = Seek(key);
        return at < _newest.Count && _newest[at].Name.Key.SequenceEqual(key) ? _newest[at] : null;
    }

    public void Put(StoredObject version, StoredObject? before)
    {
        var at = Seek(version.Name.Key);
        if (at < _newest.Count && _newest[at].Name.Key.SequenceEqual(version.Name.Key))
        {
            version.Previous = _newest[at];
            _newest[at] = version;
        }
        else
        {
            _newest.Insert(at, version);
        }

        _changes.Add(new StoredChange(version.Revision, before, version));
        var signal = Changed;
        Changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        signal.TrySetResult();
    }

    /// <summary>The objects from <paramref name="start"/> on whose key begins with <paramref name="prefix"/>, as they were at a revision.</summary>
    public List<StoredObject> Range(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> start, long revision)
    {
        var found = new List<StoredObject>();
        for (var at = Seek(start); at < _newest.Count && _newest[at].Name.Key.StartsWith(prefix); at++)
        {
            var version = _newest[at];
            while (version is not null && version.Revision > revision)
            {
                version = version.Previous;
            }

            if (version?.Body is not null)
            {
                found.Add(version);
            }
        }

        return found;
    }

    public List<StoredChange> ChangesAfter(long revision)
    {
        var at = _changes.Count;
        while (at > 0 && _changes[at - 1].Revision > revision)
        {
            at--;
        }

        return _changes[at..];
    }

    public void Compact()
    {
        _newest.RemoveAll(version => version.Body is null);
        _newest.ForEach(version => version.Previous = null);
        Forgotten = _changes.Count > 0 ? _changes[^1].Revision : Forgotten;
        _changes.Clear();
    }

    private int Seek(ReadOnlySpan<byte> key)
    {
        var low = 0;
        var high = _newest.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_newest[middle].Name.Key.SequenceCompareTo(key) < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
