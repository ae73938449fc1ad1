using LibGit2Sharp;
using RunAiDr.Core;

namespace RunAiDr.Git;

/// <summary>Where the files of a cluster are in a commit.</summary>
internal static class ClusterFolder
{
    public const string Parent = "clusters";

    private const int MostEntries = 250_000;
    private const long MostLetters = 64 * 1024 * 1024;
    private const int DeepestFolder = 32;

    /// <summary>The tree of the cluster's folder, null when the commit has none.</summary>
    public static Tree? Find(Commit? commit, string cluster) =>
        commit is not null && FolderTree.Checked(commit.Tree)[$"{Parent}/{cluster}"]?.Target is Tree tree ? FolderTree.Checked(tree) : null;

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
    /// <exception cref="RunAiDrException">There is more than an export ever makes: a small tree may hold itself many times over.</exception>
    public static IEnumerable<(string Path, FolderEntry Entry)> Files(Tree tree, Action<Tree> visit)
    {
        var folders = new Stack<(Tree Tree, string Prefix, int Depth)>([(tree, "", 0)]);
        var (entries, letters) = (0, 0L);
        while (folders.TryPop(out var folder))
        {
            visit(folder.Tree);
            foreach (var entry in FolderTree.EntriesOf(folder.Tree))
            {
                var path = folder.Prefix + entry.Name;
                if (++entries > MostEntries || (letters += path.Length) > MostLetters || folder.Depth > DeepestFolder)
                {
                    throw TooMuch(tree);
                }

                if (entry.TargetType == TreeEntryTargetType.Tree)
                {
                    folders.Push(((Tree)entry.Target, path + "/", folder.Depth + 1));
                }
                else
                {
                    yield return (path, new FolderEntry(entry.Mode, entry.Target.Sha));
                }
            }
        }
    }

    private static RunAiDrException TooMuch(Tree tree) => new(
        Fault.RestorePoint,
        $"The folder of the cluster, Git tree {tree.Sha}, holds more than {MostEntries} files, or folders deeper than {DeepestFolder}: no export made it.",
        "Choose another commit, or undo the one that brought this folder.");
}
