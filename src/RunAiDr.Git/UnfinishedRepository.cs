using LibGit2Sharp;

namespace RunAiDr.Git;

/// <summary>What a process leaves that was killed while it made a repository: parts of one, and nothing stored in it.</summary>
public static class UnfinishedRepository
{
    private static readonly HashSet<string> Parts = new(StringComparer.Ordinal)
    {
        "HEAD", "HEAD.lock", "config", "config.lock", "description", "hooks", "info", "objects", "refs",
    };

    /// <summary>Empties the folder of such a repository; false, and nothing is done, for everything else.</summary>
    /// <exception cref="Core.RunAiDrException">The folder cannot be read or written.</exception>
    public static bool Remove(string path) => GitFault.Explain(path, () =>
    {
        if (!IsUnfinished(path))
        {
            return false;
        }

        // The folder itself may be the mount point of a volume.
        Array.ForEach(Directory.GetDirectories(path), folder => Directory.Delete(folder, recursive: true));
        Array.ForEach(Directory.GetFiles(path), File.Delete);
        return true;
    });

    private static bool IsUnfinished(string path)
    {
        var entries = Directory.Exists(path) ? Directory.GetFileSystemEntries(path) : [];
        return entries.Length > 0
            && !Repository.IsValid(path)
            && entries.All(entry => Parts.Contains(Path.GetFileName(entry)))
            && !((string[])["objects", "refs"]).Any(part => HoldsFiles(Path.Combine(path, part)));
    }

    private static bool HoldsFiles(string folder) =>
        Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Any();
}
