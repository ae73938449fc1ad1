using LibGit2Sharp;

namespace RunAiDr.Git;

/// <summary>Edits of single files in a tree: only the folders on the way to them are read and written.</summary>
internal static class TreeEdits
{
    /// <summary>Adds the changed tree objects and gives the topmost; null when no file is left.</summary>
    /// <param name="tree">The tree as it is; null when there is none yet.</param>
    /// <param name="edits">Names on the way to a file → what it becomes, null to remove it.</param>
    /// <param name="objects">Takes the trees.</param>
    public static FolderEntry? Apply(
        Tree? tree, IEnumerable<KeyValuePair<string[], FolderEntry?>> edits, NewObjects objects) => Apply(tree, edits, 0, objects);

    private static FolderEntry? Apply(
        Tree? tree, IEnumerable<KeyValuePair<string[], FolderEntry?>> edits, int depth, NewObjects objects)
    {
        var folder = FolderTree.Of(tree);
        foreach (var group in edits.GroupBy(edit => edit.Key[depth], StringComparer.Ordinal))
        {
            var files = group.Where(edit => edit.Key.Length == depth + 1).ToList();
            folder.Set(group.Key, files.Count > 0
                ? files[^1].Value
                : Apply(tree?[group.Key]?.Target as Tree, group, depth + 1, objects));
        }

        return folder.Write(objects);
    }
}
