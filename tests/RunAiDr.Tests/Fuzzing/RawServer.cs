using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RunAiDr.Tests.Fuzzing;

/// <summary>Reads the head of one request on each connection, answers with bytes, and closes.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<string, byte[]> _answer;
    private readonly Task _accepting;

    /// <param name="answer">From the head of a request to the bytes that answer it.</param>
    public RawServer(Func<string, byte[]> answer)
    {
        _answer = answer;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndpoint;

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var (stream, part) = (client.GetStream(), new byte[16 * 1024]);
                var count = await stream.ReadAsync(part);
                await stream.WriteAsync(_answer(Encoding.Latin1.GetString(part, 0, count)));
                client.Client.Shutdown(SocketShutdown.Send);
                while (await stream.ReadAsync(part) > 0)
                {
                    // A reset would take away what was written.
                }
            }
            catch (IOException)
            {
                // The client has gone.
            }
        }
    }
}
