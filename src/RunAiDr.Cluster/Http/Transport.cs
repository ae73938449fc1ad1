using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using RunAiDr.Cluster.Connections;

namespace RunAiDr.Cluster.Http;

/// <summary>The client certificate of the credential in use, for connections that are opened later.</summary>
internal sealed class ClientCertificate
{
    private volatile X509Certificate2Collection? _chain;

    public void Use(X509Certificate2Collection? chain) => _chain = chain;

    public X509Certificate? Leaf => _chain is { Count: > 0 } chain ? chain[0] : null;
}

/// <summary>Makes the HTTP handler that a connection asks for.</summary>
internal static class Transport
{
    public const int LargestHeaders = 64; // KiB

    // A peer that vanished without a word is noticed within half a minute: by pings of HTTP/2, by those of TCP elsewhere.
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(10);

    public static SocketsHttpHandler For(ClusterConnection connection, ServerTrust trust, ClientCertificate certificate)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // a redirect would carry the credentials elsewhere
            UseCookies = false,
            ConnectTimeout = connection.Timeouts.Connect,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5), // renewed client certificates and moved addresses
            EnableMultipleHttp2Connections = true, // a server takes some 100 requests per connection, and watches last
            KeepAlivePingDelay = PingDelay,
            KeepAlivePingTimeout = PingTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            ConnectCallback = ConnectAsync,
            MaxResponseHeadersLength = LargestHeaders,
            AutomaticDecompression = connection.DisableCompression ? DecompressionMethods.None : DecompressionMethods.GZip,
            SslOptions = TlsOptions(connection, trust, certificate),
        };
        SetProxy(handler, connection);
        return handler;
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, (int)PingDelay.TotalSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
            await socket.ConnectAsync(context.DnsEndPoint, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static SslClientAuthenticationOptions TlsOptions(
        ClusterConnection connection, ServerTrust trust, ClientCertificate certificate) => new()
        {
            // The callback may return null: then no certificate is sent.
            LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate.Leaf!,
            ClientCertificateContext = FixedChain(connection),
            RemoteCertificateValidationCallback = (_, server, sent, errors) => trust.Accept(server, sent, errors),
        };

    // Only a context sends intermediates too; a chain that a plugin renews is sent as its leaf.
    private static SslStreamCertificateContext? FixedChain(ClusterConnection connection) =>
        connection.Credentials is FixedCredentials { Credential.Chain: { Count: > 1 } chain }
            ? SslStreamCertificateContext.Create(chain[0], [.. chain.Skip(1)], offline: true)
            : null;

    private static void SetProxy(SocketsHttpHandler handler, ClusterConnection connection)
    {
        if (connection.Proxy is { } proxy)
        {
            var user = proxy.UserInfo.Split(':', 2).Select(Uri.UnescapeDataString).ToArray();
            handler.Proxy = new WebProxy(proxy)
            {
                Credentials = user[0].Length == 0 ? null : new NetworkCredential(user[0], user.ElementAtOrDefault(1)),
            };
            return;
        }

        handler.UseProxy = !connection.BypassProxy && !connection.Server.IsLoopback;
    }
}
