using System.Collections.Concurrent;

namespace RunAiDr.Sandbox;

/// <summary>
/// The storage behind the driver of <see cref="SandboxSnapshots"/>: which snapshots really exist, whatever the objects in
/// the server say, and what goes wrong.
/// </summary>
public sealed class SnapshotStorage
{
    private readonly ConcurrentDictionary<string, StoredSnapshot> _snapshots = new(StringComparer.Ordinal);

    private readonly ConcurrentDictionary<string, StoredVolume> _volumes = new(StringComparer.Ordinal);

    /// <summary>Handles of all snapshots, in ordinal order.</summary>
    public IReadOnlyList<string> Handles => [.. _snapshots.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The volumes that were made for claims, in the order of their handles.</summary>
    public IReadOnlyList<StoredVolume> Volumes => [.. _volumes.Values.OrderBy(volume => volume.Handle, StringComparer.Ordinal)];

    /// <summary>Why no volume can be made; null when one can.</summary>
    public string? VolumeError { get; set; }

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

    internal void AddVolume(StoredVolume volume) => _volumes[volume.Handle] = volume;

    internal void RemoveVolume(string handle) => _volumes.TryRemove(handle, out _);

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

/// <summary>One volume in the storage.</summary>
/// <param name="Handle">Its id there, as <c>spec.csi.volumeHandle</c> of its PersistentVolume says.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Snapshot">Handle of the snapshot whose data it was made with, null for an empty one.</param>
public sealed record StoredVolume(string Handle, decimal Bytes, string? Snapshot);
