using LibGit2Sharp;

namespace RunAiDr.Git.Signing;

/// <summary>
/// Who vouches for what a commit holds of one cluster: whoever signed the commit that brought it. Each commit covers the
/// whole repository, but its signer knows only what he changed.
/// </summary>
internal sealed class VouchedState(Repository repository, string cluster, TrustedSigners trusted)
{
    private readonly IReadOnlySet<string> _ends = ShallowHistory.EndsOf(repository);

    /// <summary>The commit that brought the folder of the cluster as a commit holds it; a merge takes what it merged.</summary>
    public Commit OriginOf(Commit commit)
    {
        var folder = FolderOf(commit);
        while (folder is not null && ParentsOf(commit).FirstOrDefault(parent => FolderOf(parent) == folder) is { } same)
        {
            commit = same;
        }

        return commit;
    }

    /// <summary>The newest commit before or at another whose state of the cluster one of those who may signed; null when none did.</summary>
    public Commit? NewestAt(Commit? commit)
    {
        var signatures = new RestorePointSignature(repository, cluster, trusted);
        while (commit is not null)
        {
            var origin = OriginOf(commit);
            if (signatures.OfCommit(origin).State == SignatureState.Good)
            {
                return origin;
            }

            commit = ParentsOf(origin).FirstOrDefault();
        }

        return null;
    }

    private string? FolderOf(Commit commit) => ClusterFolder.Find(commit, cluster)?.Sha;

    private IEnumerable<Commit> ParentsOf(Commit commit) => _ends.Contains(commit.Sha) ? [] : commit.Parents;
}
