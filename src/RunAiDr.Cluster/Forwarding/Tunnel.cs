using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;

namespace RunAiDr.Cluster.Forwarding;

/// <summary>
/// Joins a TCP connection and a WebSocket of kubelet's: channel 0 holds the bytes, channel 1 what went wrong. Each side
/// is read only as fast as the other takes it. Neither the protocol nor this knows a connection of which one half is closed.
/// </summary>
internal sealed class Tunnel(NetworkStream client, WebSocket web, TimeProvider clock)
{
    private const byte DataChannel = 0;
    private const byte ErrorChannel = 1;
    private const int BufferSize = 64 * 1024;
    private const int LongestError = 4096;

    // How long the other side may go on after one side has ended.
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);

    private readonly StringBuilder _error = new();

    // The first message of each channel is the number of the port, two bytes.
    private readonly int[] _portBytesLeft = [2, 2];

    /// <summary>Passes bytes until one side ends.</summary>
    /// <returns>What went wrong, null when both sides ended in order.</returns>
    public async Task<string?> RunAsync(CancellationToken ct)
    {
        using var last = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct, last.Token);
        var (up, down) = (EndOfAsync(UpAsync(stop.Token)), EndOfAsync(DownAsync(stop.Token)));
        var first = await Task.WhenAny(up, down);
        last.CancelAfter(first == up && await up is not IOException ? Farewell : TimeSpan.Zero);
        await Task.WhenAll(up, down);
        if (_error.Length > 0)
        {
            return _error.ToString().Trim();
        }

        if (await down is null)
        {
            await AnswerCloseAsync(ct);
            await EndAsync(ct);
            return null;
        }

        return await first is WebSocketException broken
            ? $"the connection through the API server broke ({broken.WebSocketErrorCode})"
            : null;
    }

    /// <summary>Null for an end in order, an IOException where the client has gone.</summary>
    private static async Task<Exception?> EndOfAsync(Task direction)
    {
        try
        {
            await direction;
            return null;
        }
        catch (Exception end) when (end is IOException or WebSocketException or OperationCanceledException)
        {
            return end;
        }
    }

    private async Task UpAsync(CancellationToken ct)
    {
        var buffer = new byte[1 + BufferSize];
        buffer[0] = DataChannel;
        int read;
        while ((read = await client.ReadAsync(buffer.AsMemory(1), ct)) > 0)
        {
            // One frame each: kubelet does not put the frames of a message together.
            await web.SendAsync(buffer.AsMemory(0, 1 + read), WebSocketMessageType.Binary, endOfMessage: true, ct);
        }

        await web.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, ct);
    }

    private async Task DownAsync(CancellationToken ct)
    {
        var buffer = new byte[BufferSize];
        int? channel = null;
        while (true)
        {
            var part = await web.ReceiveAsync(buffer.AsMemory(), ct);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return;
            }

            var bytes = buffer.AsMemory(0, part.Count);
            if (channel is null && !bytes.IsEmpty)
            {
                channel = bytes.Span[0];
                bytes = bytes[1..];
            }

            await TakeAsync(channel, bytes, ct);
            channel = part.EndOfMessage ? null : channel;
        }
    }

    private async Task TakeAsync(int? channel, ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        if (channel is not (DataChannel or ErrorChannel))
        {
            return;
        }

        var skipped = Math.Min(_portBytesLeft[channel.Value], bytes.Length);
        _portBytesLeft[channel.Value] -= skipped;
        bytes = bytes[skipped..];
        if (channel == DataChannel)
        {
            await client.WriteAsync(bytes, ct);
        }
        else if (_error.Length < LongestError)
        {
            _error.Append(Encoding.UTF8.GetString(bytes.Span[..Math.Min(bytes.Length, LongestError - _error.Length)]));
        }
    }

    // Until then the other side may hold what it sent last.
    private async Task AnswerCloseAsync(CancellationToken ct)
    {
        if (web.State == WebSocketState.CloseReceived)
        {
            await EndOfAsync(web.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, ct));
        }
    }

    // A connection that is closed while it holds unread bytes is reset, and the client may lose what came last.
    private async Task EndAsync(CancellationToken ct)
    {
        using var last = new CancellationTokenSource(Farewell, clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct, last.Token);
        var rest = new byte[BufferSize];
        try
        {
            client.Socket.Shutdown(SocketShutdown.Send);
            while (await client.ReadAsync(rest, stop.Token) > 0)
            {
            }
        }
        catch (Exception ended) when (ended is IOException or SocketException or OperationCanceledException)
        {
            // The client has gone first, or takes too long.
        }
    }
}
