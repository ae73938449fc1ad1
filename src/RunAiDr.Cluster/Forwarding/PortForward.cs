using System.Net;
using System.Net.Sockets;
using RunAiDr.Core;

namespace RunAiDr.Cluster.Forwarding;

/// <summary>
/// A port on the loopback address that leads to a pod of a Service through the API server, as <c>kubectl port-forward</c>
/// does. Each connection gets a WebSocket of its own, with the credentials of its moment.
/// </summary>
public sealed class PortForward : IAsyncDisposable
{
    private readonly ClusterClient _client;
    private readonly ForwardTarget _target;
    private readonly CancellationTokenSource _stop = new();
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Task> _open = [];
    private readonly Task _accepting;
    private volatile string? _trouble;

    private PortForward(ClusterClient client, ForwardTarget target)
    {
        (_client, _target) = (client, target);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Local = _listener.LocalEndPoint as IPEndPoint ?? throw new InvalidOperationException("a bound socket has an address");
        _accepting = AcceptAsync();
    }

    /// <summary>Where to connect to.</summary>
    public IPEndPoint Local { get; }

    /// <summary>
    /// Why a connection ended last that did not end in order, as kubelet or the API server tell; null when none did. It
    /// is set before the connection is closed.
    /// </summary>
    public string? Trouble => _trouble;

    /// <summary>Finds a ready pod of the Service, sees that a tunnel to it can be had, and listens.</summary>
    /// <param name="client">Must outlive this.</param>
    /// <param name="namespace">Of the Service.</param>
    /// <param name="service">Its name.</param>
    /// <param name="port">A port of the Service.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="RunAiDrException">There is no such Service, port or ready pod, or the right or the API server lacks.</exception>
    public static async Task<PortForward> OpenAsync(
        ClusterClient client, string @namespace, string service, int port, CancellationToken ct)
    {
        var target = await ForwardTarget.FindAsync(client, @namespace, service, port, ct);
        (await target.ConnectAsync(client, ct)).Dispose();
        return new PortForward(client, target);
    }

    /// <summary>Breaks what is open.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_open);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptAsync(_stop.Token);
                socket.NoDelay = true;
                _open.RemoveAll(connection => connection.IsCompleted);
                _open.Add(ServeAsync(socket));
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
        catch (SocketException failure)
        {
            _trouble = $"no more connections can be accepted on {Local} ({failure.SocketErrorCode})";
            _listener.Dispose();
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            var trouble = await TunnelAsync(socket);
            if (trouble is null && !_stop.IsCancellationRequested)
            {
                return;
            }

            // Reset, so that half of a transfer is not taken for the whole of it.
            _trouble = trouble ?? _trouble;
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
    }

    private async Task<string?> TunnelAsync(Socket socket)
    {
        try
        {
            using var web = await _target.ConnectAsync(_client, _stop.Token);
            await using var stream = new NetworkStream(socket, ownsSocket: false);
            return await new Tunnel(stream, web, _client.Clock).RunAsync(_stop.Token) is { } trouble ? _client.Words.Of(trouble) : null;
        }
        catch (RunAiDrException failure)
        {
            return failure.Message;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }
}
