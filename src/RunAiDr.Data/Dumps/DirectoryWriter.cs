namespace RunAiDr.Data.Dumps;

/// <summary>A set of dumps in a folder of a name that says it is half-made, until one rename.</summary>
internal sealed class DirectoryWriter : IDumpWriter
{
    /// <summary>Locked by whoever writes or deletes the folder.</summary>
    public const string LockName = ".lock";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _partial;
    private readonly string _path;
    private readonly FileStream _lock;
    private bool _committed;

    private DirectoryWriter(string partial, string path, FileStream @lock) => (_partial, _path, _lock) = (partial, path, @lock);

    public static DirectoryWriter Begin(string partial, string path)
    {
        MakeFolder(partial);
        return new DirectoryWriter(partial, path, Lock(partial));
    }

    public Task<IDumpTarget> CreateAsync(string file, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var path = Path.Combine(_partial, file);
        return Task.FromResult(DumpFault.OnDisk<IDumpTarget>(path, () => new DirectoryTarget(path)));
    }

    public Task<Stream> OpenAsync(string file, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var path = Path.Combine(_partial, file);
        return Task.FromResult(DumpFault.OnDisk(path, () => DirectoryStorage.Open(path)));
    }

    public async Task CommitAsync(ReadOnlyMemory<byte> reference, CancellationToken ct)
    {
        await using (var target = await CreateAsync(DumpFiles.Reference, ct))
        {
            await target.WriteAsync(reference, ct);
            await target.CompleteAsync(ct);
        }

        DumpFault.OnDisk(_path, () =>
        {
            Disk.FlushFolder(_partial);
            Directory.Move(_partial, _path);
            _committed = true;

            // The lock goes last: whoever gets it earlier would take the set for an abandoned one.
            File.Delete(Path.Combine(_path, LockName));
            Disk.FlushFolder(Path.GetDirectoryName(_path) ?? _path);
            return true;
        });
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!_committed)
            {
                Directory.Delete(_partial, recursive: true);
            }
        }
        catch (Exception failure) when (DumpFault.IsOfDisk(failure))
        {
            // What fails while cleaning up must not hide why: what is left is listed as half-made.
        }

        await _lock.DisposeAsync();
    }

    /// <exception cref="Core.RunAiDrException">Another process has it.</exception>
    public static FileStream Lock(string partial)
    {
        try
        {
            return new FileStream(Path.Combine(partial, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException failure) when (DumpFault.IsTaken(failure))
        {
            throw DumpFault.Of(
                $"{partial} is in use: another runai-dr writes or deletes it.", "Wait until it has ended.", failure);
        }
    }

    private static void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, OwnerOnly);
        }
    }
}
