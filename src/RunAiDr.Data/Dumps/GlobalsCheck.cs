using System.Text;

namespace RunAiDr.Data.Dumps;

/// <summary>Looks for the last line that pg_dumpall writes.</summary>
internal sealed class GlobalsCheck : IByteSink
{
    private const int Kept = 1024;
    private const string LastLine = "-- PostgreSQL database cluster dump complete";

    private byte[] _end = [];

    public Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        _end = [.. _end, .. bytes.Span[Math.Max(0, bytes.Length - Kept)..]];
        _end = _end[Math.Max(0, _end.Length - Kept)..];
        return Task.CompletedTask;
    }

    public Task EndAsync(CancellationToken ct) => Encoding.UTF8.GetString(_end).Contains(LastLine, StringComparison.Ordinal)
        ? Task.CompletedTask
        : throw DumpFault.Of("What pg_dumpall wrote lacks its end.", "Try again; run pg_dumpall --globals-only by hand to see why.");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
