using LibGit2Sharp;
using RunAiDr.Core.State;
using RunAiDr.Git.Signing;

namespace RunAiDr.Git;

/// <summary>
/// Puts our commits onto another tip: the folders of our clusters become what they were in each commit, everything else
/// stays as it is there. What else a commit changed is taken along where nobody else changed it. A commit whose cluster
/// another writer has read at a later revision would bring back an old state, and is left out.
/// </summary>
internal sealed class Replay(Repository repository, GitRemoteOptions options, CommitAuthor author)
{
    private static readonly CompareOptions Exactly = new() { Similarity = SimilarityOptions.None };

    /// <summary>The last of the commits put onto the tip; the tip itself when none of them changes anything there.</summary>
    /// <param name="tip">Where the commits go.</param>
    /// <param name="local">The last of our commits.</param>
    /// <param name="known">What the remote had before, null when nothing: those commits are not put again.</param>
    public Commit Onto(Commit tip, Commit local, Commit? known)
    {
        var ours = repository.Commits.QueryBy(new CommitFilter
        {
            IncludeReachableFrom = local,
            ExcludeReachableFrom = known is null ? [tip] : new[] { tip, known },
            SortBy = CommitSortStrategies.Topological | CommitSortStrategies.Reverse,
            FirstParentOnly = true,
        });
        var newest = NewestRevisions(tip, local);
        return ours.ToList().Aggregate(tip, (onto, commit) => Put(onto, commit, newest));
    }

    /// <summary>Cluster → the newest revision at which others have committed it beside our commits.</summary>
    private Dictionary<string, ulong> NewestRevisions(Commit tip, Commit local)
    {
        var theirs = repository.Commits.QueryBy(new CommitFilter { IncludeReachableFrom = tip, ExcludeReachableFrom = local });
        return theirs.Select(commit => MessageFormat.ReadingOf(commit.Message)).OfType<(string Cluster, ulong Revision)>()
            .GroupBy(reading => reading.Cluster, reading => reading.Revision, StringComparer.Ordinal)
            .ToDictionary(readings => readings.Key, readings => readings.Max(), StringComparer.Ordinal);
    }

    private Commit Put(Commit onto, Commit commit, Dictionary<string, ulong> newest)
    {
        var parent = commit.Parents.FirstOrDefault()?.Tree;
        var isOld = MessageFormat.ReadingOf(commit.Message) is var (read, revision)
            && newest.TryGetValue(read, out var others) && revision <= others;
        var folders = isOld ? [] : options.Clusters
            .Where(cluster => Folder(parent, cluster)?.Sha != Folder(commit.Tree, cluster)?.Sha)
            .ToList();
        var tree = Edited(onto.Tree, objects => folders.Select(cluster => FolderEdit(onto, commit.Tree, cluster, objects)));
        tree = Edited(tree, _ => OtherEdits(tree, parent, commit.Tree));
        return tree.Sha == onto.Tree.Sha ? onto : author.Again(commit, tree, onto);
    }

    private Tree Edited(Tree tree, Func<NewObjects, IEnumerable<KeyValuePair<string[], FolderEntry?>>> edits)
    {
        using var objects = new NewObjects(repository);
        var made = edits(objects).ToList();
        if (made.Count == 0)
        {
            return tree;
        }

        if (TreeEdits.Apply(tree, made, objects) is not { } root)
        {
            return repository.ObjectDatabase.CreateTree(new TreeDefinition());
        }

        objects.Store();
        return repository.Lookup<Tree>(root.Id);
    }

    private KeyValuePair<string[], FolderEntry?> FolderEdit(Commit onto, Tree commit, string cluster, NewObjects objects)
    {
        var folder = FolderTree.Of(Folder(commit, cluster));
        var snapshots = StateFolder.Snapshots.TrimEnd('/');
        folder.Set(snapshots, FolderTree.Of(Folder(Trusted(onto, cluster)?.Tree, cluster))[snapshots]);
        return new([ClusterFolder.Parent, cluster], folder.Write(objects));
    }

    // Our signature would vouch for what somebody else put there.
    private Commit? Trusted(Commit onto, string cluster) => options.Repository is { RequiresSignatures: true, Trusted: var signers }
        ? new VouchedState(repository, cluster, signers).NewestAt(onto)
        : onto;

    private IEnumerable<KeyValuePair<string[], FolderEntry?>> OtherEdits(Tree onto, Tree? parent, Tree commit)
    {
        foreach (var change in repository.Diff.Compare<TreeChanges>(parent, commit, Exactly).Where(change => !IsOurs(change.Path)))
        {
            var now = Entry(onto, change.Path);
            if (now == Entry(parent, change.Path) && now != Entry(commit, change.Path) && !IsBelowFile(onto, change.Path))
            {
                yield return new(change.Path.Split('/'), Entry(commit, change.Path));
            }
        }
    }

    private bool IsOurs(string path) => options.Clusters.Any(cluster =>
    {
        var folder = $"{ClusterFolder.Parent}/{cluster}/";
        return path.StartsWith(folder, StringComparison.Ordinal)
            && !path.AsSpan(folder.Length).StartsWith(StateFolder.Snapshots, StringComparison.Ordinal);
    });

    private static bool IsBelowFile(Tree tree, string path)
    {
        for (var end = path.LastIndexOf('/'); end > 0; end = path.LastIndexOf('/', end - 1))
        {
            if (tree[path[..end]] is { TargetType: not TreeEntryTargetType.Tree })
            {
                return true;
            }
        }

        return false;
    }

    private static Tree? Folder(Tree? root, string cluster) => root?[$"{ClusterFolder.Parent}/{cluster}"]?.Target as Tree;

    private static FolderEntry? Entry(Tree? root, string path) =>
        root?[path] is { } entry ? new FolderEntry(entry.Mode, entry.Target.Sha) : null;
}
