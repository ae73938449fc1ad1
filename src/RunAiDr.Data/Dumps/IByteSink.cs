namespace RunAiDr.Data.Dumps;

/// <summary>What the bytes of a dump flow into.</summary>
internal interface IByteSink : IAsyncDisposable
{
    Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct);

    /// <summary>There are no more.</summary>
    /// <exception cref="Core.RunAiDrException">They did not all arrive.</exception>
    Task EndAsync(CancellationToken ct);
}

/// <summary>Counts, digests and stores.</summary>
internal sealed class StoreSink(IDumpTarget target, Tally stored) : IByteSink
{
    public Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        stored.Add(bytes.Span);
        return target.WriteAsync(bytes, ct);
    }

    public Task EndAsync(CancellationToken ct) => target.CompleteAsync(ct);

    public ValueTask DisposeAsync() => target.DisposeAsync();
}
