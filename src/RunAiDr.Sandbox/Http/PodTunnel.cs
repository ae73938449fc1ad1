using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;

namespace RunAiDr.Sandbox.Http;

/// <summary>
/// The end of a port-forward that kubelet and container runtime have: channel 0 holds the bytes, channel 1 what went
/// wrong, and the first message of each is the port.
/// </summary>
internal sealed class PodTunnel(WebSocket web, int port, TimeProvider clock)
{
    private const int BufferSize = 32 * 1024;

    // How long one direction may go on after the other has ended.
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    public async Task RunAsync(IPEndPoint? listener, string pod, CancellationToken ct)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await SendPortAsync(ct);
            await socket.ConnectAsync(listener ?? throw new SocketException((int)SocketError.ConnectionRefused), ct);
            await ForwardAsync(socket, pod, ct);
        }
        catch (SocketException)
        {
            await EndAsync(pod, $"failed to connect to localhost:{port} inside namespace \"host\", "
                + $"IPv4: dial tcp4 127.0.0.1:{port}: connect: connection refused IPv6 dial tcp6 [::1]:{port}: connect: connection refused", ct);
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException)
        {
            // The client has gone.
        }
    }

    private async Task ForwardAsync(Socket socket, string pod, CancellationToken ct)
    {
        await using var stream = new NetworkStream(socket);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var (up, down) = (EndOfAsync(UpAsync(stream, stop.Token)), EndOfAsync(DownAsync(stream, stop.Token)));
        var both = Task.WhenAll(up, down);
        var first = await Task.WhenAny(up, down);
        await Task.WhenAny(both, Task.Delay(Farewell, clock, ct));
        await EndAsync(pod, await first is IOException ? $"read tcp4 127.0.0.1:{port}: connection reset by peer" : null, ct);
        await Task.WhenAny(both, Task.Delay(Farewell, clock, ct)); // the client answers the close
        await stop.CancelAsync();
        await both;
    }

    private async Task EndAsync(string pod, string? trouble, CancellationToken ct)
    {
        if (trouble is not null)
        {
            await SendAsync(1, $"error forwarding port {port} to pod {pod}, uid : failed to execute portforward in network namespace \"host\": {trouble}", ct);
        }

        await web.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, ct);
    }

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

    private async Task UpAsync(NetworkStream stream, CancellationToken ct)
    {
        var buffer = new byte[BufferSize];
        var atStart = true;
        while (await web.ReceiveAsync(buffer.AsMemory(), ct) is { MessageType: not WebSocketMessageType.Close } part)
        {
            await stream.WriteAsync(buffer.AsMemory(0, part.Count)[(atStart && part.Count > 0 ? 1 : 0)..], ct);
            atStart = part.EndOfMessage;
        }
    }

    private async Task DownAsync(NetworkStream stream, CancellationToken ct)
    {
        var buffer = new byte[1 + BufferSize];
        int read;
        while ((read = await stream.ReadAsync(buffer.AsMemory(1), ct)) > 0)
        {
            await web.SendAsync(buffer.AsMemory(0, 1 + read), WebSocketMessageType.Binary, endOfMessage: true, ct);
        }
    }

    private async Task SendPortAsync(CancellationToken ct)
    {
        foreach (var channel in new byte[] { 0, 1 })
        {
            var message = new byte[] { channel, 0, 0 };
            BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(1), (ushort)port);
            await web.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, ct);
        }
    }

    private async Task SendAsync(byte channel, string text, CancellationToken ct) =>
        await web.SendAsync((byte[])[channel, .. Encoding.UTF8.GetBytes(text)], WebSocketMessageType.Binary, endOfMessage: true, ct);
}
