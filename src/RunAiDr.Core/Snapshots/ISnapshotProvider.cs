namespace RunAiDr.Core.Snapshots;

/// <summary>One way to keep the data that Git does not hold.</summary>
public interface ISnapshotProvider
{
    /// <summary>As the configuration and the references name it: <c>csi</c>, <c>pgdump</c>, <c>external</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Takes a snapshot of each component, at one moment where the storage can, and waits until each can be restored
    /// from. A component that fails is a result, and nothing half made of it is left behind, also when
    /// <paramref name="ct"/> is cancelled.
    /// </summary>
    Task<IReadOnlyList<SnapshotOutcome>> TakeAsync(
        SnapshotRequest request, IProgress<SnapshotProgress> progress, CancellationToken ct);

    /// <summary>Why what a reference points to can no longer be restored from; null when it can.</summary>
    /// <exception cref="RunAiDrException">It cannot be told: cluster or storage cannot be reached or refuse.</exception>
    Task<string?> CheckAsync(SnapshotReference reference, CancellationToken ct);

    /// <summary>Every snapshot that runai-dr has made of this cluster, whatever became of its checkpoint, also half-made ones.</summary>
    /// <exception cref="RunAiDrException">Cluster or storage cannot be reached or refuse.</exception>
    Task<IReadOnlyList<OwnedSnapshot>> ListAsync(string cluster, CancellationToken ct);

    /// <summary>Deletes a snapshot and its data; false when it is not there.</summary>
    /// <param name="location">Of a <see cref="SnapshotReference"/> or an <see cref="OwnedSnapshot"/> of this provider.</param>
    /// <param name="ct">Stops the wait; the deletion may go on.</param>
    /// <exception cref="RunAiDrException">Cluster or storage cannot be reached or refuse.</exception>
    Task<bool> DeleteAsync(string location, CancellationToken ct);
}

/// <summary>Which snapshots are wanted.</summary>
/// <param name="Cluster">Name of the cluster.</param>
/// <param name="Checkpoint">Name of the checkpoint they are for; legal as a label value and in names of Kubernetes objects.</param>
/// <param name="Components">At least one.</param>
public sealed record SnapshotRequest(string Cluster, string Checkpoint, IReadOnlyList<SnapshotComponent> Components);

/// <summary>What became of one component: a reference, or the reason why it failed, or the reason why there is nothing to take.</summary>
public sealed record SnapshotOutcome
{
    private SnapshotOutcome(SnapshotComponent component) => Component = component;

    public SnapshotComponent Component { get; }

    public SnapshotReference? Reference { get; private init; }

    /// <summary>What went wrong and what to do, null when nothing did.</summary>
    public string? Failure { get; private init; }

    /// <summary>Why this installation has no such data, which is in order; null when it has.</summary>
    public string? Absence { get; private init; }

    public static SnapshotOutcome Taken(SnapshotReference reference) => new(reference.Component) { Reference = reference };

    public static SnapshotOutcome Failed(SnapshotComponent component, string failure) => new(component) { Failure = failure };

    public static SnapshotOutcome Absent(SnapshotComponent component, string reason) => new(component) { Absence = reason };
}

/// <summary>
/// How far a snapshot is. <paramref name="Step"/> says what is done now ("backend: dumping"); <paramref name="Done"/> and
/// <paramref name="Total"/> are bytes where they are known.
/// </summary>
public sealed record SnapshotProgress(SnapshotComponent Component, string Step, long? Done = null, long? Total = null);

/// <summary>A snapshot that runai-dr has made.</summary>
/// <param name="Location">Where it is; the same text as <see cref="SnapshotReference.Location"/>.</param>
/// <param name="Checkpoint">Name of the checkpoint it was made for.</param>
/// <param name="Component">What of.</param>
/// <param name="TakenAt">When; null when that is not known any more.</param>
/// <param name="Bytes">How large it is where that is known.</param>
/// <param name="Defect">Why it cannot be restored from (half-made, failed); null when it can.</param>
public sealed record OwnedSnapshot(
    string Location, string Checkpoint, SnapshotComponent Component, DateTimeOffset? TakenAt, long? Bytes, string? Defect);
