using System.Text;
using System.Text.Json.Nodes;

namespace RunAiDr.Sandbox.Storage;

/// <summary>
/// Every object of the server with one revision counter, keeping old versions until <see cref="Compact"/> so that a
/// revision can be listed exactly and watched from.
/// </summary>
internal sealed class ObjectStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ObjectCollection> _collections = new(StringComparer.Ordinal);
    private long _revision = 1;
    private long _compacted;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public long Revision
    {
        get
        {
            lock (_lock)
            {
                return _revision;
            }
        }
    }

    /// <summary>Ends when anything is written after this call.</summary>
    public Task Changed
    {
        get
        {
            lock (_lock)
            {
                return _changed.Task;
            }
        }
    }

    /// <summary>Whether the state at this revision is no longer known.</summary>
    public bool IsCompacted(long revision)
    {
        lock (_lock)
        {
            return revision < _compacted;
        }
    }

    public StoredObject? Find(string resource, string @namespace, string name)
    {
        lock (_lock)
        {
            var found = Collection(resource).Find(new ObjectName(@namespace, name).Key);
            return found?.Body is null ? null : found;
        }
    }

    /// <summary>
    /// Writes an object if its newest version is still <paramref name="expected"/> (null: it does not exist), or deletes it
    /// when <paramref name="body"/> is null. Sets <c>metadata.resourceVersion</c> of the body. Null when it lost the race.
    /// </summary>
    public StoredObject? Commit(string resource, ObjectName name, StoredObject? expected, JsonObject? body, bool sorted)
    {
        lock (_lock)
        {
            var collection = Collection(resource);
            var newest = collection.Find(name.Key);
            if (!ReferenceEquals(newest?.Body is null ? null : newest, expected))
            {
                return null;
            }

            var version = body is null ? StoredObject.Deleted(Known(expected), ++_revision) : Stamp(name, body, newest, sorted);
            collection.Put(version, expected);
            var signal = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            signal.TrySetResult();
            return version;
        }
    }

    /// <summary>
    /// Objects in key order as they were at a revision (null: now); an empty namespace means all, and
    /// <paramref name="start"/> is relative to it. Null when that revision is compacted.
    /// </summary>
    public (long Revision, List<StoredObject> Objects)? Snapshot(string resource, string @namespace, string start, long? revision)
    {
        var prefix = Encoding.UTF8.GetBytes(@namespace.Length == 0 ? "" : @namespace + "/");
        lock (_lock)
        {
            var at = revision ?? _revision;
            return at < _compacted
                ? null
                : (at, Collection(resource).Range(prefix, [.. prefix, .. Encoding.UTF8.GetBytes(start)], at));
        }
    }

    /// <summary>The newest state; an empty namespace means all.</summary>
    public List<StoredObject> Newest(string resource, string @namespace = "") =>
        Snapshot(resource, @namespace, "", null)?.Objects ?? [];

    /// <summary>
    /// Changes after a revision up to the newest, which is given too, and a task that ends with the next change of the
    /// resource. Null: some are forgotten. An open watch that has seen them all is not disturbed by a compaction.
    /// </summary>
    public (long Newest, List<StoredChange> Changes, Task Next)? Changes(string resource, long after)
    {
        lock (_lock)
        {
            var collection = Collection(resource);
            return after < collection.Forgotten ? null : (_revision, collection.ChangesAfter(after), collection.Changed.Task);
        }
    }

    public List<string> Resources()
    {
        lock (_lock)
        {
            return [.. _collections.Keys];
        }
    }

    /// <summary>Forgets every version but the newest.</summary>
    public void Compact()
    {
        lock (_lock)
        {
            _compacted = _revision;
            foreach (var collection in _collections.Values)
            {
                collection.Compact();
            }
        }
    }

    private static StoredObject Known(StoredObject? expected) =>
        expected ?? throw new InvalidOperationException("only an existing object can be deleted");

    private StoredObject Stamp(ObjectName name, JsonObject body, StoredObject? newest, bool sorted)
    {
        var revision = ++_revision;
        var metadata = body["metadata"] as JsonObject ?? throw new InvalidOperationException($"{name} has no metadata");
        metadata["resourceVersion"] = revision.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return StoredObject.Of(name, body, JsonText.Write(body, sorted), revision, newest);
    }

    private ObjectCollection Collection(string resource)
    {
        if (!_collections.TryGetValue(resource, out var collection))
        {
            collection = _collections[resource] = new ObjectCollection(resource);
        }

        return collection;
    }
}
