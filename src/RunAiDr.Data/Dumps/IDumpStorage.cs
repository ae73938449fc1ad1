namespace RunAiDr.Data.Dumps;

/// <summary>Where sets of dumps are kept. A set is there as a whole or counts as half-made.</summary>
internal interface IDumpStorage : IDisposable
{
    /// <summary>Locations of sets are below it: an absolute path, or <c>s3://bucket/prefix</c>.</summary>
    string Root { get; }

    /// <summary>Begins a set, in place of a half-made one.</summary>
    /// <exception cref="Core.RunAiDrException">There is one, or it is being written by another process.</exception>
    Task<IDumpWriter> BeginAsync(DumpFolder folder, CancellationToken ct);

    /// <summary>Sets of a cluster, by name, also half-made ones.</summary>
    Task<IReadOnlyList<StoredDumps>> ListAsync(string cluster, CancellationToken ct);

    /// <summary>The whole set; null when it is not there or half-made.</summary>
    Task<StoredDumps?> FindAsync(DumpFolder folder, CancellationToken ct);

    /// <exception cref="Core.RunAiDrException">It is not there, or cannot be read.</exception>
    Task<Stream> OpenAsync(DumpFolder folder, string file, CancellationToken ct);

    /// <summary>Deletes a set, which no longer is a whole one from the first moment on; false when it is not there.</summary>
    /// <exception cref="Core.RunAiDrException">It is not of ours, or is being written.</exception>
    Task<bool> DeleteAsync(DumpFolder folder, CancellationToken ct);
}

/// <summary>A set in the making. Disposed before it is committed, nothing of it is left.</summary>
internal interface IDumpWriter : IAsyncDisposable
{
    Task<IDumpTarget> CreateAsync(string file, CancellationToken ct);

    /// <summary>Reads what was written.</summary>
    Task<Stream> OpenAsync(string file, CancellationToken ct);

    /// <summary>Makes it a whole set, with its reference.</summary>
    Task CommitAsync(ReadOnlyMemory<byte> reference, CancellationToken ct);
}

/// <summary>A file that is written. Disposed before it is completed, it is not there.</summary>
internal interface IDumpTarget : IAsyncDisposable
{
    Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct);

    /// <summary>Returns when it is on the storage for good.</summary>
    Task CompleteAsync(CancellationToken ct);
}

/// <summary>A set of dumps that is stored, perhaps half-made.</summary>
/// <param name="Folder">Where.</param>
/// <param name="Files">Name → size in bytes.</param>
/// <param name="ChangedAt">When something of it was written last; null when the storage does not tell.</param>
internal sealed record StoredDumps(DumpFolder Folder, IReadOnlyDictionary<string, long> Files, DateTimeOffset? ChangedAt = null)
{
    public bool IsWhole => !Folder.IsPartial && Files.ContainsKey(DumpFiles.Reference);
}
