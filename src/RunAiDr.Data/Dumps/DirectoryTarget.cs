namespace RunAiDr.Data.Dumps;

/// <summary>One file of a set on a disk.</summary>
internal sealed class DirectoryTarget : IDumpTarget
{
    private const int BufferSize = 128 * 1024;

    private readonly FileStream _file;

    public DirectoryTarget(string path)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None,
            BufferSize = BufferSize,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        _file = new FileStream(path, options);
    }

    public Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct) =>
        DumpFault.OnDiskAsync(_file.Name, () => _file.WriteAsync(bytes, ct).AsTask());

    public Task CompleteAsync(CancellationToken ct) => DumpFault.OnDiskAsync(_file.Name, async () =>
    {
        await _file.FlushAsync(ct);
        _file.Flush(flushToDisk: true);
        Disk.Forget(_file.SafeFileHandle);
        await _file.DisposeAsync();
    });

    // Closing writes what is buffered, which on a full disk fails once more.
    public async ValueTask DisposeAsync()
    {
        try
        {
            await _file.DisposeAsync();
        }
        catch (IOException)
        {
            // The failure was told by the write, and the file goes.
        }
    }
}
