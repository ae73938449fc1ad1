using LibGit2Sharp;

namespace RunAiDr.Git;

/// <summary>What a commit on the branch of record holds of one cluster, read once.</summary>
internal sealed class TipFolder(Commit? commit, Dictionary<string, FolderEntry> files, List<string> trees)
{
    public Commit? Commit { get; } = commit;

    public IReadOnlyDictionary<string, FolderEntry> Files { get; } = files;

    public static TipFolder Load(Commit? commit, string cluster, Action<string> known)
    {
        var files = new Dictionary<string, FolderEntry>(StringComparer.Ordinal);
        var trees = new List<string>();
        if (ClusterFolder.Find(commit, cluster) is { } tree)
        {
            foreach (var (path, entry) in ClusterFolder.Files(tree, visited => trees.Add(visited.Sha)))
            {
                files.Add(path, entry);
            }
        }

        var folder = new TipFolder(commit, files, trees);
        folder.Announce(known);
        return folder;
    }

    /// <summary>Names the objects that need not be stored again.</summary>
    public void Announce(Action<string> known)
    {
        trees.ForEach(known);
        foreach (var entry in Files.Values.Where(entry => entry.Mode != Mode.GitLink))
        {
            known(entry.Id);
        }
    }
}
