using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace RunAiDr.Tests.Support;

/// <summary>A wire between a client and a server that a test may cut, stall or unplug.</summary>
internal sealed class TcpFront : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly IPEndPoint _server;
    private readonly ConcurrentDictionary<TcpClient, byte> _open = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    public TcpFront(Uri server)
    {
        _server = new IPEndPoint(IPAddress.Loopback, server.Port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>New connections are closed at once, as by a machine without a server.</summary>
    public bool IsUnplugged { get; set; }

    /// <summary>Connections stay open and nothing passes, as behind a broken router.</summary>
    public bool IsStalled { get; set; }

    /// <summary>Cuts a connection after about this many bytes from the server; 0 for never.</summary>
    public int CutAfter { get; set; }

    /// <summary>Cuts what is open.</summary>
    public void Cut()
    {
        foreach (var client in _open.Keys)
        {
            client.Close();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        Cut();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _ = ServeAsync(client);
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The front goes.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var own = client;
        _open[client] = 0;
        try
        {
            if (IsUnplugged)
            {
                return;
            }

            using var server = new TcpClient();
            await server.ConnectAsync(_server, _stop.Token);
            await Task.WhenAny(
                PassAsync(client.GetStream(), server.GetStream(), fromServer: false),
                PassAsync(server.GetStream(), client.GetStream(), fromServer: true));
        }
        catch (Exception failure) when (failure is IOException or SocketException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            // One side has gone.
        }
        finally
        {
            _open.TryRemove(client, out _);
        }
    }

    private async Task PassAsync(NetworkStream from, NetworkStream to, bool fromServer)
    {
        var buffer = new byte[8192];
        var passed = 0;
        while (true)
        {
            var read = await from.ReadAsync(buffer, _stop.Token);
            while (IsStalled)
            {
                await Task.Delay(20, _stop.Token);
            }

            passed += read;
            if (read == 0 || (fromServer && CutAfter > 0 && passed > CutAfter))
            {
                return;
            }

            await to.WriteAsync(buffer.AsMemory(0, read), _stop.Token);
        }
    }
}
