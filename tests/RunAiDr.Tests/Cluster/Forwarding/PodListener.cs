using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace RunAiDr.Tests.Cluster.Forwarding;

/// <summary>What listens in a pod: serves each connection on a loopback port and then closes it.</summary>
internal sealed class PodListener : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<NetworkStream, Task> _serve;
    private readonly ConcurrentBag<Task> _served = [];
    private readonly Task _accepting;

    public PodListener(Func<NetworkStream, Task> serve)
    {
        _serve = serve;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndpoint;

    public static PodListener Echo() => new(stream => stream.CopyToAsync(stream));

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_served);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _served.Add(ServeAsync(await _listener.AcceptTcpClientAsync()));
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
                await _serve(client.GetStream());
            }
            catch (IOException)
            {
                // The client has gone.
            }
        }
    }
}
