using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RunAiDr.Core;

namespace RunAiDr.Data.Metrics;

/// <summary>Makes the HTTP handler that the options ask for.</summary>
internal static class PrometheusTransport
{
    public static SocketsHttpHandler For(PrometheusOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // it would lead to a login page
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
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            policy.CustomTrustStore.AddRange(AuthoritiesOf(file));
            handler.SslOptions.CertificateChainPolicy = policy;
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

    private static X509Certificate2Collection AuthoritiesOf(string file)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw NoAuthority(file, failure);
        }

        return authorities.Count > 0 ? authorities : throw NoAuthority(file, null);
    }

    private static RunAiDrException NoAuthority(string file, Exception? inner) => new(
        Fault.Configuration,
        $"The authority file {file} of the metrics cannot be read or holds no PEM certificate",
        "Check that the file exists, may be read and holds the certificate of the authority.",
        inner);
}
