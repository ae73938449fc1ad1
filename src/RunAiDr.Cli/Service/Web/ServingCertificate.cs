using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Logging;
using RunAiDr.Cli.Configuration;
using RunAiDr.Core;

namespace RunAiDr.Cli.Service.Web;

/// <summary>The certificate that the service shows: of files, which others renew, or one that it has made for itself.</summary>
internal sealed class ServingCertificate(ILogger log)
{
    private static readonly OidCollection ServerUse = [new Oid("1.3.6.1.5.5.7.3.1")];

    /// <summary>Gives the newest certificate of the files. A half-written pair is told, and the one before stays.</summary>
    /// <exception cref="RunAiDrException">The files are missing or wrong.</exception>
    public Func<SslStreamCertificateContext> Of(CertificateFiles files, TimeProvider clock) => new WatchedFiles<SslStreamCertificateContext>(
        [files.CertFile, files.KeyFile],
        contents => Load(files, contents[0], contents[1]),
        (fault, newest) =>
        {
            log.CertificateWrong(fault.Message, fault.Remedy);
            return newest;
        },
        clock).Newest;

    /// <summary>For an operator who has configured none. Clients can trust it by the fingerprint in the log only.</summary>
    public Func<SslStreamCertificateContext> Make(string host, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=runai-dr@{host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(ServerUse, false));

        // Longer than any process lives: nobody would renew it.
        using var made = request.CreateSelfSigned(now.AddHours(-1), now.AddYears(10));

        // Through PKCS#12 so that the TLS stack has a key that outlives this method.
        var context = Serve(X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null), []);
        return () => context;
    }

    private SslStreamCertificateContext Load(CertificateFiles files, byte[] certificate, byte[] key)
    {
        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(Encoding.UTF8.GetString(certificate));
            return Serve(X509Certificate2.CreateFromPem(Encoding.UTF8.GetString(certificate), Encoding.UTF8.GetString(key)), [.. chain.Skip(1)]);
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            throw new RunAiDrException(
                Fault.Configuration,
                $"{files.CertFile} and {files.KeyFile} are not a certificate and its key",
                "Put PEM texts there, the key without a passphrase, and name them with `tls.certFile` and `tls.keyFile`.",
                failure);
        }
    }

    private SslStreamCertificateContext Serve(X509Certificate2 certificate, X509Certificate2[] intermediates)
    {
        // Offline: nothing is fetched for it from addresses that it names.
        var context = SslStreamCertificateContext.Create(certificate, [.. intermediates], offline: true);
        var fingerprint = certificate.GetCertHashString(HashAlgorithmName.SHA256);
        log.Serving(fingerprint, certificate.Subject, new DateTimeOffset(certificate.NotAfter));
        return context;
    }
}
