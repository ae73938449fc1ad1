using LibGit2Sharp;
using RunAiDr.Core.State;

namespace RunAiDr.Git;

public sealed partial class GitStateStore
{
    /// <summary>The branch where the drift of a cluster is reviewed.</summary>
    public static string DriftBranchOf(string cluster) => DriftBranch.NameOf(cluster);

    /// <summary>Whether the branch of record has any commit.</summary>
    public bool HasRecord => GitFault.Explain(Path, () => _record.Tip() is not null);

    /// <summary>What the branch of record has of a cluster, null when nothing; in review mode not what was observed last.</summary>
    public IStateTree? Recorded(string cluster)
    {
        CheckCluster(cluster);
        return GitFault.Explain(Path, () => TreeAt(_record.Tip(), cluster));
    }

    /// <summary>The field managers that changed the reviewed cluster since what the branch of record has; empty in direct mode.</summary>
    public IReadOnlyList<string> ActorsSinceRecorded() => GitFault.Explain(Path, () => _drift?.Actors() ?? []);

    /// <summary>Brings what the branch of record has got into the drift branch; does nothing in direct mode.</summary>
    public void FollowRecord() => GitFault.Explain(Path, () =>
    {
        _drift?.Follow();
        return true;
    });

    private string WaitsForReview(string cluster) =>
        TreeAt(new RecordBranch(_repository, DriftBranchOf(cluster)).Tip(), cluster) is null ? ""
        : $"What was observed of it waits for review: merge {DriftBranchOf(cluster)}, or name that branch. ";

    // Before its first commit a drift branch is where it departs from.
    private Commit? NewestCommit() => _branch.Tip() ?? _record.Tip();

    private GitStateTree? TreeAt(Commit? commit, string cluster) =>
        commit is not null && ClusterFolder.Find(commit, cluster) is { } tree ? new GitStateTree(_repository, commit, tree, _gate) : null;
}
