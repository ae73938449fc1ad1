using System.Collections.Concurrent;

namespace RunAiDr.Sandbox;

/// <summary>
/// The storage behind the driver of <see cref="SandboxSnapshots"/>: which snapshots really exist, whatever the objects in
/// the server say, and what goes wrong.
/// </summary>
public sealed class SnapshotStorage
{
    private readonly ConcurrentDictionary<string, StoredSnapshot> _snapshots = new(StringComparer.Ordinal);

    /// <summary>Handles of all snapshots, in ordinal order.</summary>
    public IReadOnlyList<string> Handles => [.. _snapshots.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Why no snapshot can be cut; null when one can.</summary>
    public string? Error { get; set; }

    /// <summary>Why no group of volumes can be cut at once; null when it can.</summary>
    public string? GroupError { get; set; }

    /// <summary>Whether what is cut stays unusable.</summary>
    public bool NeverReady { get; set; }

    /// <summary>Adds a snapshot that no object in the server knows.</summary>
    public void Add(StoredSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        _snapshots[snapshot.Handle] = snapshot;
    }

    /// <summary>Loses a snapshot; false when it is not there.</summary>
    public bool Remove(string handle) => _snapshots.TryRemove(handle, out _);

    internal StoredSnapshot? Find(string handle) => _snapshots.GetValueOrDefault(handle);

    internal void RemoveGroup(string group)
    {
        foreach (var member in _snapshots.Values.Where(snapshot => snapshot.Group == group))
        {
            Remove(member.Handle);
        }
    }
}

/// <summary>One snapshot in the storage.</summary>
/// <param name="Handle">Its id there.</param>
/// <param name="Bytes">Size of the volume it was cut from.</param>
/// <param name="CutAt">When.</param>
/// <param name="Group">Handle of the group that it was cut with, null when alone.</param>
public sealed record StoredSnapshot(string Handle, long Bytes, DateTimeOffset CutAt, string? Group = null);
