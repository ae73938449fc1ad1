using LibGit2Sharp;
using RunAiDr.Core;

namespace RunAiDr.Git;

/// <summary>Where the files of a cluster are in a commit.</summary>
internal static class ClusterFolder
{
    public const string Parent = "clusters";

    /// <summary>The tree of the cluster's folder, null when the commit has none.</summary>
    public static Tree? Find(Commit? commit, string cluster) =>
        commit?.Tree[$"{Parent}/{cluster}"]?.Target as Tree;

    /// <summary>
    /// Adds the trees of the next commit with another folder of the cluster in it, and gives the topmost; null when no
    /// file is left. What others keep in the repository stays as it is.
    /// </summary>
    /// <exception cref="RunAiDrException">A file is where a folder must be.</exception>
    public static FolderEntry? Replace(Tree? root, string cluster, FolderEntry? folder, NewObjects objects)
    {
        var clusters = FolderTree.Of(root?[Parent] switch
        {
            null => null,
            { Target: Tree tree } => tree,
            _ => throw new RunAiDrException(
                Fault.Repository,
                $"'{Parent}' on the branch of record is a file where a folder must be.",
                "Move that file away in a commit of your own."),
        });
        clusters.Set(cluster, folder);
        var whole = FolderTree.Of(root);
        whole.Set(Parent, clusters.Write(objects));
        return whole.Write(objects);
    }

    /// <summary>Every entry below a tree that is not itself a tree, in no order.</summary>
    public static IEnumerable<(string Path, FolderEntry Entry)> Files(Tree tree, string prefix, Action<Tree> visit)
    {
        visit(tree);
        foreach (var entry in tree)
        {
            var path = prefix + entry.Name;
            if (entry.TargetType != TreeEntryTargetType.Tree)
            {
                yield return (path, new FolderEntry(entry.Mode, entry.Target.Sha));
                continue;
            }

            foreach (var below in Files((Tree)entry.Target, path + "/", visit))
            {
                yield return below;
            }
        }
    }
}
