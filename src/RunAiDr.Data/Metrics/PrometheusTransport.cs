using System.Net;
using System.Net.Sockets;

namespace RunAiDr.Data.Metrics;

/// <summary>Makes the HTTP handler that the options ask for.</summary>
internal static class PrometheusTransport
{
    private const int LargestHeaders = 64; // KiB

    public static SocketsHttpHandler For(PrometheusOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // it would lead to a login page, with the token
            MaxResponseHeadersLength = LargestHeaders,
            UseCookies = false,
            UseProxy = options.Dial is null && !options.Url.IsLoopback,
            ConnectTimeout = options.Timeout,
        };
        if (options.Dial is { } address)
        {
            handler.ConnectCallback = (_, ct) => ConnectAsync(address, ct);
        }

        if (options.AuthorityFile is { } file)
        {
            handler.SslOptions.CertificateChainPolicy = AuthorityFile.TrustOnly(file);
        }

        return handler;
    }

    private static async ValueTask<Stream> ConnectAsync(IPEndPoint address, CancellationToken ct)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
