using System.Net;

namespace RunAiDr.Cli.Configuration;

/// <summary>Where <c>sync</c> serves its probes and metrics, and to whom.</summary>
internal sealed record WebConfig(IPEndPoint Listen)
{
    public static readonly string[] Keys = ["listen", "tls.certFile", "tls.keyFile", "access.tokensFile"];

    /// <summary>The certificate; made at start when absent.</summary>
    public CertificateFiles? Certificate { get; init; }

    /// <summary>Who may ask: a name and the SHA-256 of a token on each line. The API server decides when absent.</summary>
    public string? TokensFile { get; init; }

    /// <summary>Whether TLS and tokens are needed: loopback is left to those who are on this host, unless the operator set up more.</summary>
    public bool IsExposed => !IPAddress.IsLoopback(Listen.Address) || Certificate is not null || TokensFile is not null;

    public static WebConfig Read(ConfigValues values)
    {
        var (certificate, key) = (values.FilePath("tls.certFile"), values.FilePath("tls.keyFile"));
        if ((certificate is null) != (key is null))
        {
            values.Mistake(key is null ? "tls.certFile" : "tls.keyFile", "tls.certFile and tls.keyFile go together");
        }

        return new WebConfig(values.EndPoint("listen") ?? new IPEndPoint(IPAddress.Loopback, 8080))
        {
            Certificate = certificate is null || key is null ? null : new CertificateFiles(certificate, key),
            TokensFile = values.FilePath("access.tokensFile"),
        };
    }
}

/// <summary>PEM files: a certificate followed by its intermediates, and its key.</summary>
internal sealed record CertificateFiles(string CertFile, string KeyFile);
