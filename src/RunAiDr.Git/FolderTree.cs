using System.Text;
using LibGit2Sharp;
using RunAiDr.Core;
using RunAiDr.Core.Resources;
using RunAiDr.Core.State;

namespace RunAiDr.Git;

/// <summary>What a Git tree holds under one name.</summary>
internal readonly record struct FolderEntry(Mode Mode, string Id);

/// <summary>A folder on its way to a Git tree object.</summary>
internal sealed class FolderTree
{
    private readonly Dictionary<string, FolderEntry> _entries = [];
    private readonly Dictionary<string, FolderTree> _folders = [];

    /// <summary>The entries of an existing tree. They are exactly kept: a tree that cannot be is refused.</summary>
    public static FolderTree Of(Tree? tree)
    {
        var folder = new FolderTree();
        foreach (var entry in tree is null ? [] : EntriesOf(tree))
        {
            folder._entries.Add(entry.Name, new FolderEntry(entry.Mode, entry.Target.Sha));
        }

        if (tree is not null && GitObjectId.OfTree(Content(folder._entries)) != tree.Sha)
        {
            throw new RunAiDrException(
                Fault.Repository,
                $"The Git tree {tree.Sha} holds a file name that is not UTF-8 or an entry of an obsolete mode.",
                "Rename that file in the repository (git ls-tree shows it): runai-dr never changes other people's files.");
        }

        return folder;
    }

    /// <summary>The entries of a tree, each name once.</summary>
    /// <exception cref="RunAiDrException">Two of them would be one file to us: git itself writes no such tree, but reads it.</exception>
    public static IEnumerable<TreeEntry> EntriesOf(Tree tree)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in Checked(tree))
        {
            if (!names.Add(entry.Name) || entry.Name.Contains('/', StringComparison.Ordinal))
            {
                throw new RunAiDrException(
                    Fault.RestorePoint,
                    $"The Git tree {tree.Sha} holds two entries of one name, or a name with a slash: {Visible.Text(entry.Name)}.",
                    "Choose another commit, or undo the one that brought this tree (git fsck names what is wrong with it).");
            }

            yield return entry;
        }
    }

    /// <summary>
    /// A tree that is one. The library believes what the entry above says of an object, and reads any other as if it were a tree.
    /// </summary>
    /// <exception cref="RunAiDrException">It is missing.</exception>
    /// <exception cref="LibGit2SharpException">It is something else.</exception>
    public static Tree Checked(Tree tree) => tree.IsMissing
        ? throw new RunAiDrException(
            Fault.Repository, $"The Git tree {tree.Sha} is missing.", "Run `git fsck`; repair the repository, or clone it again from a copy.")
        : tree.Peel<Tree>();

    public FolderEntry? this[string name] => _entries.TryGetValue(name, out var entry) ? entry : null;

    /// <summary>Replaces what is under a name of this folder; null removes it.</summary>
    public void Set(string name, FolderEntry? entry)
    {
        _entries.Remove(name);
        if (entry is { } value)
        {
            _entries.Add(name, value);
        }
    }

    /// <summary>Adds a file below this folder and the folders on the way to it.</summary>
    public void Add(string path, FolderEntry entry)
    {
        var folder = this;
        var names = path.Split('/');
        foreach (var name in names.AsSpan(0, names.Length - 1))
        {
            if (!folder._folders.TryGetValue(name, out var below))
            {
                folder._folders.Add(name, below = new FolderTree());
            }

            folder = below;
        }

        folder._entries.Add(names[^1], entry);
    }

    /// <summary>Adds the tree objects of this folder; null when there is no file in it.</summary>
    public FolderEntry? Write(NewObjects objects)
    {
        foreach (var (name, folder) in _folders)
        {
            if (folder.Write(objects) is not { } tree)
            {
                continue;
            }

            if (!_entries.TryAdd(name, tree))
            {
                throw new InvalidOperationException($"'{name}' is a file and a folder in one state tree.");
            }
        }

        _folders.Clear();
        return _entries.Count == 0
            ? null
            : new FolderEntry(Mode.Directory, objects.Add(GitObjectKind.Tree, Content(_entries)));
    }

    private static byte[] Content(Dictionary<string, FolderEntry> entries)
    {
        using var content = new MemoryStream(entries.Count * 64);
        foreach (var (name, entry) in entries.Select(e => (Name: SortName(e), e.Value)).OrderBy(e => e.Name, ByteOrder))
        {
            content.Write(Encoding.ASCII.GetBytes(Convert.ToString((int)entry.Mode, 8)));
            content.WriteByte((byte)' ');
            content.Write(entry.Mode == Mode.Directory ? name.AsSpan(0, name.Length - 1) : name);
            content.WriteByte(0);
            content.Write(Convert.FromHexString(entry.Id));
        }

        return content.ToArray();
    }

    // Git sorts a folder as if its name ended in a slash.
    private static byte[] SortName(KeyValuePair<string, FolderEntry> entry) =>
        Encoding.UTF8.GetBytes(entry.Value.Mode == Mode.Directory ? entry.Key + "/" : entry.Key);

    private static readonly Comparer<byte[]> ByteOrder =
        Comparer<byte[]>.Create((x, y) => x.AsSpan().SequenceCompareTo(y));
}
