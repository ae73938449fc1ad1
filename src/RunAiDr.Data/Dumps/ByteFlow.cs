using System.Buffers;

namespace RunAiDr.Data.Dumps;

/// <summary>Moves bytes with one small buffer.</summary>
internal static class ByteFlow
{
    private const int BufferSize = 64 * 1024; // what a pipe of Linux holds

    public static async Task RunAsync(Stream from, Func<ReadOnlyMemory<byte>, Task> to, CancellationToken ct)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            int count;
            while ((count = await from.ReadAsync(buffer, ct)) > 0)
            {
                await to(buffer.AsMemory(0, count));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
