namespace RunAiDr.Data.Dumps;

/// <summary>Sets of dumps in folders, which only their owner may read.</summary>
internal sealed class DirectoryStorage(string directory) : IDumpStorage
{
    public string Root { get; } = Path.GetFullPath(directory).TrimEnd('/');

    public Task<IDumpWriter> BeginAsync(DumpFolder folder, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        return Task.FromResult(DumpFault.OnDisk<IDumpWriter>(PathOf(folder), () => Begin(folder)));
    }

    public Task<IReadOnlyList<StoredDumps>> ListAsync(string cluster, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var path = Path.Combine(Root, cluster);
        return Task.FromResult(DumpFault.OnDisk<IReadOnlyList<StoredDumps>>(path, () => List(cluster, path)));
    }

    public Task<StoredDumps?> FindAsync(DumpFolder folder, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var found = DumpFault.OnDisk(PathOf(folder), () => Exists(PathOf(folder)) ? Stored(folder) : null);
        return Task.FromResult(found is { IsWhole: true } ? found : null);
    }

    public Task<Stream> OpenAsync(DumpFolder folder, string file, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var path = Path.Combine(PathOf(folder), file);
        return Task.FromResult(DumpFault.OnDisk(path, () => Open(path)));
    }

    public Task<bool> DeleteAsync(DumpFolder folder, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        return Task.FromResult(DumpFault.OnDisk(PathOf(folder), () => Delete(folder)));
    }

    public void Dispose()
    {
        // A folder holds nothing open.
    }

    public static Stream Open(string path) =>
        new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);

    private string PathOf(DumpFolder folder) => Path.Combine(Root, folder.Cluster, folder.Name);

    private DirectoryWriter Begin(DumpFolder folder)
    {
        var path = PathOf(folder);
        if (Directory.Exists(path))
        {
            throw DumpFault.Of(
                $"{path} is there already.", "Give the checkpoint another name, or delete the old one first.");
        }

        var partial = PathOf(folder.AsPartial());
        if (Directory.Exists(partial))
        {
            Remove(partial);
        }

        return DirectoryWriter.Begin(partial, path);
    }

    // A folder that is not mounted, or may not be read, is not an empty one.
    private bool Exists(string path) => Directory.Exists(Root)
        ? Directory.Exists(path)
        : throw DumpFault.Of($"{Root} is not there, or may not be read.", "Mount it, or correct dumps.directory in the configuration.");

    private List<StoredDumps> List(string cluster, string path) => Exists(path)
        ? [.. Directory.EnumerateDirectories(path)
            .Select(folder => new DumpFolder(cluster, Path.GetFileName(folder)))
            .Where(folder => DumpFolder.IsLegal(folder.Name))
            .OrderBy(folder => folder.Name, StringComparer.Ordinal)
            .Select(Stored)
            .Where(stored => stored.IsWhole || stored.Folder.IsPartial)]
        : [];

    private StoredDumps Stored(DumpFolder folder)
    {
        var files = new DirectoryInfo(PathOf(folder)).GetFiles().Where(file => file.Name != DirectoryWriter.LockName).ToList();
        return new StoredDumps(
            folder,
            files.ToDictionary(file => file.Name, file => file.Length),
            new DateTimeOffset(files.Select(file => file.LastWriteTimeUtc).Append(Directory.GetLastWriteTimeUtc(PathOf(folder))).Max()));
    }

    private bool Delete(DumpFolder folder)
    {
        var (path, partial) = (PathOf(folder), PathOf(folder.AsPartial()));
        if (!Exists(path))
        {
            return false;
        }

        if (!folder.IsPartial)
        {
            if (!Stored(folder).IsWhole)
            {
                throw DumpFault.Of(
                    $"{path} holds no {DumpFiles.Reference}, so it may not be of runai-dr. Nothing was deleted.", "Look into it, and delete it by hand.");
            }

            if (Directory.Exists(partial))
            {
                Remove(partial);
            }

            Directory.Move(path, partial);
        }

        Remove(partial);
        return true;
    }

    private static void Remove(string partial)
    {
        using (DirectoryWriter.Lock(partial))
        {
            Directory.Delete(partial, recursive: true);
        }
    }
}
