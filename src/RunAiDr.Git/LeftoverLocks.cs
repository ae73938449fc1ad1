namespace RunAiDr.Git;

/// <summary>
/// Removes lock files of references whose writer was killed: they would block every commit for ever. A lock is a
/// leftover when nobody of ours has it open and it stays untouched for some seconds, for Git holds one for milliseconds.
/// </summary>
internal static class LeftoverLocks
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public static async Task<IReadOnlyList<string>> RemoveAsync(string folder, TimeProvider clock, CancellationToken ct)
    {
        var seen = Find(folder).ToDictionary(path => path, File.GetLastWriteTimeUtc, StringComparer.Ordinal);
        if (seen.Count == 0)
        {
            return [];
        }

        await Task.Delay(Patience, clock, ct);
        return [.. seen.Where(file => Remove(file.Key, file.Value)).Select(file => file.Key)];
    }

    private static IEnumerable<string> Find(string folder)
    {
        // Git makes packed-refs.new under packed-refs.lock, and never again while there is one.
        string[] single = ["packed-refs.lock", "packed-refs.new", "config.lock", "HEAD.lock"];
        return single.Select(name => Path.Combine(folder, name)).Where(File.Exists)
            .Concat(Directory.EnumerateFiles(Path.Combine(folder, "refs"), "*.lock", SearchOption.AllDirectories));
    }

    private static bool Remove(string path, DateTime seen)
    {
        try
        {
            using var unused = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            if (File.GetLastWriteTimeUtc(path) != seen)
            {
                return false;
            }

            File.Delete(path);
            return true;
        }
        catch (IOException)
        {
            // Its writer lives, or has just finished.
            return false;
        }
    }
}
