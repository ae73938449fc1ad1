using RunAiDr.Core.State;

namespace RunAiDr.Core.Sync;

/// <summary>How the sync of one cluster stands. Holds names only, never a secret.</summary>
/// <param name="Cluster">Its name.</param>
/// <param name="NotReady">Why it is not in order, each with what to do; empty when it is.</param>
/// <param name="RestorePoint">The newest commit of this process's life that holds the cluster, null before the first export.</param>
/// <param name="RestorePointAge">For how long the restore point may have differed from the cluster; null before the first export.</param>
/// <param name="Resources">Qualified kind name → number of resources at the last full export.</param>
/// <param name="GuardStopped">An operator has to confirm deletions before anything is committed.</param>
public sealed record SyncStatus(
    string Cluster,
    IReadOnlyList<string> NotReady,
    CommitId? RestorePoint,
    TimeSpan? RestorePointAge,
    IReadOnlyDictionary<string, int> Resources,
    bool GuardStopped)
{
    public bool Ready => NotReady.Count == 0;
}
