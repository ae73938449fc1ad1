using LibGit2Sharp;

namespace RunAiDr.Git;

/// <summary>Where the files of a cluster are in a commit.</summary>
internal static class ClusterFolder
{
    public const string Parent = "clusters";

    /// <summary>The tree of the cluster's folder, null when the commit has none.</summary>
    public static Tree? Find(Commit? commit, string cluster) =>
        commit?.Tree[$"{Parent}/{cluster}"]?.Target as Tree;

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
