using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RunAiDr.Tests.Git.Remote;

/// <summary>An HTTP proxy that understands CONNECT and nothing else.</summary>
internal sealed class ConnectProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _serving;
    private int _connections;

    public ConnectProxy()
    {
        _listener.Start();
        _serving = ServeAsync();
    }

    public int Connections => _connections;

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                _ = Task.Run(() => RelayAsync(client));
            }
        }
        catch (SocketException)
        {
            // Stopped.
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using var near = client;
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await near.GetStream().ReadAsync(one) == 1)
        {
            head.Append((char)one[0]);
        }

        var target = head.ToString().Split(' ')[1].Split(':');
        using var far = new TcpClient();
        await far.ConnectAsync(target[0], int.Parse(target[1], System.Globalization.CultureInfo.InvariantCulture));
        Interlocked.Increment(ref _connections);
        await near.GetStream().WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray());
        await Task.WhenAny(near.GetStream().CopyToAsync(far.GetStream()), far.GetStream().CopyToAsync(near.GetStream()));
    }
}
