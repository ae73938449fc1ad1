using System.Text;

namespace RunAiDr.Data.Dumps.Restoring;

/// <summary>
/// Takes out of what pg_restore prints the setting that it makes from version 17 on, and that servers before 17 refuse. It
/// is in the first lines.
/// </summary>
internal sealed class OlderServerSink(IByteSink next) : IByteSink
{
    private const int Head = 4096;

    private static readonly byte[] Setting = Encoding.ASCII.GetBytes("\nSET transaction_timeout = 0;");

    private MemoryStream? _head = new();

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        if (_head is not { } head)
        {
            await next.WriteAsync(bytes, ct);
            return;
        }

        head.Write(bytes.Span);
        if (head.Length >= Head)
        {
            await PassHeadAsync(ct);
        }
    }

    public async Task EndAsync(CancellationToken ct)
    {
        await PassHeadAsync(ct);
        await next.EndAsync(ct);
    }

    public ValueTask DisposeAsync() => next.DisposeAsync();

    private async Task PassHeadAsync(CancellationToken ct)
    {
        if (_head is { } head)
        {
            _head = null;
            var bytes = head.ToArray();
            var at = bytes.AsSpan(0, Math.Min(bytes.Length, Head)).IndexOf(Setting);
            await next.WriteAsync(at < 0 ? bytes : [.. bytes[..at], .. bytes[(at + Setting.Length)..]], ct);
        }
    }
}
