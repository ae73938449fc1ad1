using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RunAiDr.Core;

namespace RunAiDr.Forges;

/// <summary>How a forge is reached: where its API is, and a client that checks its certificate.</summary>
internal static class ForgeTransport
{
    private const int LargestHeaders = 64; // KiB
    private const int LargestAnswer = 16 * 1024 * 1024;

    /// <summary>Without a slash at the end.</summary>
    public static string ApiOf(ForgeOptions options)
    {
        var address = options.Address.AbsoluteUri.TrimEnd('/');
        return options.Kind switch
        {
            ForgeKind.GitLab => $"{address}/api/v4",
            ForgeKind.Gitea => $"{address}/api/v1",
            _ when HasHostOfItsOwn(options.Address.Host) => $"https://api.{options.Address.Host}",
            _ => $"{address}/api/v3",
        };
    }

    public static HttpClient ClientFor(ForgeOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            // A redirect could lead the token elsewhere: the operator is told.
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.GZip,
            ConnectTimeout = options.Timeout,
            UseCookies = false,
            MaxResponseHeadersLength = LargestHeaders,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5), // moved addresses
            UseProxy = options.Proxy is not null,
            Proxy = options.Proxy is { } proxy ? new WebProxy(proxy) : null,
        };
        if (options.AuthorityFile is { } file)
        {
            handler.SslOptions.CertificateChainPolicy = TrustOnly(file);
        }

        // Each request has its own limit, by the clock that was handed in.
        var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = LargestAnswer };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("runai-dr");
        return client;
    }

    // GitHub itself and its instances with data residency; servers that people run have the API below their address.
    private static bool HasHostOfItsOwn(string host) => host == "github.com" || host.EndsWith(".ghe.com", StringComparison.Ordinal);

    private static X509ChainPolicy TrustOnly(string file)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw NoAuthority(file, failure);
        }

        return policy.CustomTrustStore.Count > 0 ? policy : throw NoAuthority(file, failure: null);
    }

    private static RunAiDrException NoAuthority(string file, Exception? failure) => new(
        Fault.Configuration, $"{file} holds no certificate that can be read.", "Give a PEM file with the authority's certificate.", failure);
}
