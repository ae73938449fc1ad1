using LibGit2Sharp;
using RunAiDr.Core.State;

namespace RunAiDr.Git;

/// <summary>
/// The branch with what was observed of one cluster, where people review it. It departs from the branch of record and
/// follows it, forward only: what was merged, by whatever means, becomes its history too.
/// </summary>
internal sealed class DriftBranch(Repository repository, RecordBranch record, CommitAuthor author, string cluster)
{
    private const string ChangedBy = "Changed-By: ";

    private readonly RecordBranch _drift = new(repository, NameOf(cluster));

    public static string NameOf(string cluster) => $"drift/{cluster}";

    /// <summary>Takes in what the branch of record has got: files of others as they are there, the cluster as it was observed.</summary>
    public void Follow()
    {
        while (true)
        {
            var (drift, recorded) = (_drift.Tip(), record.Tip());
            if (recorded is null || (drift is not null && IsAncestor(recorded, drift)))
            {
                return;
            }

            // Where a merge was taken back, what was observed is drift again.
            var next = drift is null || (IsAncestor(drift, recorded) && StateOf(drift) == StateOf(recorded)) ? recorded : Merged(drift, recorded);
            if (_drift.Move(drift, next))
            {
                return;
            }
        }
    }

    /// <summary>The field managers that changed the cluster since the state that the branch of record has; in ordinal order.</summary>
    public IReadOnlyList<string> Actors()
    {
        if ((record.Tip(), _drift.Tip()) is not ({ } recorded, { } drift))
        {
            return [];
        }

        var commits = repository.Commits.QueryBy(new CommitFilter
        {
            IncludeReachableFrom = drift,
            ExcludeReachableFrom = recorded,
            FirstParentOnly = true,
            SortBy = CommitSortStrategies.Topological,
        });
        var state = StateOf(recorded);
        return
        [
            .. commits.TakeWhile(commit => StateOf(commit) != state)
                .SelectMany(commit => commit.Message.Split('\n'))
                .Where(line => line.StartsWith(ChangedBy, StringComparison.Ordinal))
                .Select(line => line[ChangedBy.Length..])
                .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
        ];
    }

    // Checkpoints add snapshot references, which nobody reviews.
    private string StateOf(Commit? commit) => string.Join('\n', (ClusterFolder.Find(commit, cluster) ?? Enumerable.Empty<TreeEntry>())
        .Where(entry => entry.Name != StateFolder.Snapshots.TrimEnd('/')).Select(entry => $"{entry.Target.Sha} {entry.Name}"));

    private Commit Merged(Commit drift, Commit recorded)
    {
        using var objects = new NewObjects(repository);
        var tree = recorded.Tree;
        if (ClusterFolder.Find(drift, cluster) is { } folder
            && ClusterFolder.Replace(tree, cluster, new FolderEntry(Mode.Directory, folder.Sha), objects) is { } root)
        {
            objects.Store();
            tree = repository.Lookup<Tree>(root.Id);
        }

        var text = new CommitText("Follow the branch of record", "", [new("Cluster", cluster)]);
        return author.NewMerge(MessageFormat.Of(text), tree, drift, recorded);
    }

    private bool IsAncestor(Commit old, Commit young) =>
        old.Sha == young.Sha || repository.ObjectDatabase.FindMergeBase(old, young)?.Sha == old.Sha;
}
