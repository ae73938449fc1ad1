using RunAiDr.Data.Dumps;

namespace RunAiDr.Tests.Data.Dumps;

/// <summary>A storage that keeps what it gets, but for one bit of each dump.</summary>
internal sealed class FlippingStorage(IDumpStorage storage) : IDumpStorage
{
    public string Root => storage.Root;

    public async Task<IDumpWriter> BeginAsync(DumpFolder folder, CancellationToken ct) =>
        new Writer(await storage.BeginAsync(folder, ct));

    public Task<IReadOnlyList<StoredDumps>> ListAsync(string cluster, CancellationToken ct) => storage.ListAsync(cluster, ct);

    public Task<StoredDumps?> FindAsync(DumpFolder folder, CancellationToken ct) => storage.FindAsync(folder, ct);

    public Task<Stream> OpenAsync(DumpFolder folder, string file, CancellationToken ct) => storage.OpenAsync(folder, file, ct);

    public Task<bool> DeleteAsync(DumpFolder folder, CancellationToken ct) => storage.DeleteAsync(folder, ct);

    public void Dispose() => storage.Dispose();

    private sealed class Writer(IDumpWriter writer) : IDumpWriter
    {
        public async Task<IDumpTarget> CreateAsync(string file, CancellationToken ct)
        {
            var target = await writer.CreateAsync(file, ct);
            return file.EndsWith(".dump", StringComparison.Ordinal) ? new Target(target) : target;
        }

        public Task<Stream> OpenAsync(string file, CancellationToken ct) => writer.OpenAsync(file, ct);

        public Task CommitAsync(ReadOnlyMemory<byte> reference, CancellationToken ct) => writer.CommitAsync(reference, ct);

        public ValueTask DisposeAsync() => writer.DisposeAsync();
    }

    private sealed class Target(IDumpTarget target) : IDumpTarget
    {
        private bool _flipped;

        public Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
        {
            var changed = bytes.ToArray();
            if (!_flipped)
            {
                changed[^1] ^= 1;
                _flipped = true;
            }

            return target.WriteAsync(changed, ct);
        }

        public Task CompleteAsync(CancellationToken ct) => target.CompleteAsync(ct);

        public ValueTask DisposeAsync() => target.DisposeAsync();
    }
}
