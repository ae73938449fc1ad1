using RunAiDr.Core.Snapshots;

namespace RunAiDr.Cluster.Snapshots;

/// <summary>
/// Volume snapshots of the cluster's CSI driver (<c>snapshot.storage.k8s.io/v1</c>), where the driver can of all volumes
/// at one moment (<c>groupsnapshot.storage.k8s.io</c>). Their data is kept when the objects or the cluster go: only
/// <see cref="DeleteAsync"/> deletes it, and only what carries the labels of runai-dr.
/// </summary>
/// <param name="client">The cluster.</param>
/// <param name="options">Which volumes, and how.</param>
/// <param name="clock">What waits and time limits are measured with.</param>
public sealed class CsiSnapshots(ClusterClient client, CsiOptions options, TimeProvider clock) : ISnapshotProvider
{
    internal const string ProviderName = "csi";

    /// <inheritdoc/>
    public string Name => ProviderName;

    /// <inheritdoc/>
    public Task<IReadOnlyList<SnapshotOutcome>> TakeAsync(
        SnapshotRequest request, IProgress<SnapshotProgress> progress, CancellationToken ct) =>
        new SnapshotRound(NewTools(), request, progress).RunAsync(ct);

    /// <inheritdoc/>
    public async Task<string?> CheckAsync(SnapshotReference reference, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(reference);
        return reference.Csi is { } csi ? await new SnapshotCheck(client).RunAsync(csi, ct) : "the reference names no volume snapshot";
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<OwnedSnapshot>> ListAsync(string cluster, CancellationToken ct) =>
        new SnapshotInventory(client).ReadAsync(cluster, ct);

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(string location, CancellationToken ct) => new SnapshotDeletion(NewTools()).RunAsync(location, ct);

    private SnapshotTools NewTools() => new(client, options, clock);
}
