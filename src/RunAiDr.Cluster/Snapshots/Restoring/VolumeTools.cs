using RunAiDr.Core.Rehydration.Parts;

namespace RunAiDr.Cluster.Snapshots.Restoring;

/// <summary>What it takes to restore one volume.</summary>
internal sealed class VolumeTools(ClusterClient client, VolumeRestore wanted, IProgress<PartProgress> progress)
{
    public const string SeeProvisioner =
        "See the events of the claim and the log of the driver's csi-provisioner, and rehydrate again: it goes on from here.";

    public ClusterClient Client { get; } = client;

    public VolumeRestore Wanted { get; } = wanted;

    public required SnapshotWait SnapshotWait { get; init; }

    public required SnapshotWait ClaimWait { get; init; }

    public ClaimEvents Events { get; } = new(client);

    public string ClaimText => $"PersistentVolumeClaim {Wanted.Namespace}/{Wanted.Claim}";

    public void Report(string step) => progress.Report(new PartProgress(step));
}
