using RunAiDr.Core.Secrets;

namespace RunAiDr.Core.Sync;

/// <summary>
/// A file as the changes since the last commit leave it; no blob id and no content when it is gone.
/// </summary>
internal sealed record PendingFile(string Path, string? BlobId, ReadOnlyMemory<byte>? Content, string? Manager)
{
    /// <summary>With the MACs of a document, its secrets: they are encrypted with the commit, when it is known that they changed.</summary>
    public IReadOnlyList<FoundSecret> Secrets { get; init; } = [];

    public int Size => (Content?.Length ?? 0) + Secrets.Sum(secret => secret.Value.Size);

    public static PendingFile Gone(string path) => new(path, null, null, null);
}

/// <summary>The changes that wait for the next commit: of each file only the last state.</summary>
internal sealed class SyncBatch(SyncOptions options, TimeProvider clock)
{
    // A storm is committed in parts, so that memory stays bounded whatever `MaxWait` says.
    private const int MostFiles = 5000;
    private const int MostBytes = 32 << 20;

    private readonly Dictionary<string, PendingFile> _files = new(StringComparer.Ordinal);
    private long _first;
    private long _last;
    private int _bytes;
    private ulong _newest;

    public bool IsEmpty { get; private set; } = true;

    /// <summary>Whether it takes enough memory to be committed at once.</summary>
    public bool IsFull => _files.Count >= MostFiles || _bytes >= MostBytes;

    /// <summary>The newest revision in it.</summary>
    public string Revision { get; private set; } = "";

    /// <summary>How long its oldest change has waited.</summary>
    public TimeSpan Age => IsEmpty ? TimeSpan.Zero : clock.GetElapsedTime(_first);

    /// <summary>How long until it is to be committed; null when there is nothing to commit.</summary>
    public TimeSpan? DueIn
    {
        get
        {
            if (IsEmpty)
            {
                return null;
            }

            var settled = options.Settle - clock.GetElapsedTime(_last);
            var latest = options.MaxWait - Age;
            var due = IsFull ? TimeSpan.Zero : settled < latest ? settled : latest;
            return due > TimeSpan.Zero ? due : TimeSpan.Zero;
        }
    }

    /// <summary>Notes a change that needs a commit or a reading in time, whatever files it concerns.</summary>
    public void Touch(string revision)
    {
        _last = clock.GetTimestamp();
        _first = IsEmpty ? _last : _first;
        IsEmpty = false;

        // Revisions of one etcd grow; the newest of all kinds is that of the batch.
        if (ulong.TryParse(revision, out var number) && number > _newest)
        {
            (_newest, Revision) = (number, revision);
        }
    }

    public void Put(PendingFile file, string revision)
    {
        _bytes += file.Size;
        _files[file.Path] = file;
        Touch(revision);
    }

    public bool Holds(string path) => _files.ContainsKey(path);

    /// <summary>What differs from the index: a file that came and went is not in it.</summary>
    public IReadOnlyList<PendingFile> Net(SyncIndex index) =>
        [.. _files.Values.Where(file => file.BlobId != index.BlobIdOf(file.Path))
            .OrderBy(file => file.Path, StringComparer.Ordinal)];

    public void Clear()
    {
        _files.Clear();
        (_bytes, _newest, Revision, IsEmpty) = (0, 0, "", true);
    }
}
