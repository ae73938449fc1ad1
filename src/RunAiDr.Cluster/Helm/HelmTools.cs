using RunAiDr.Core.Rehydration.Parts;

namespace RunAiDr.Cluster.Helm;

/// <summary>What it takes to look at a release and to install it.</summary>
internal sealed record HelmTools(HelmRun Helm, ClusterClient Cluster, HelmOptions Options, TimeProvider Clock)
{
    public ReleaseWorkloads WorkloadsOf(ReleaseInstall wanted) => new(Cluster, wanted.Namespace, wanted.Name);

    public Task<ReleaseRecord?> NewestAsync(ReleaseInstall wanted, CancellationToken ct) =>
        ReleaseRecord.NewestAsync(Cluster, wanted.Namespace, wanted.Name, ct);
}
