using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RunAiDr.Tests.Cluster;

/// <summary>A certificate authority that lives as long as a test.</summary>
public sealed class TestAuthority
{
    private static readonly OidCollection Both = [new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")];

    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();

    public TestAuthority(string name = "test-ca", TestAuthority? parent = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        Certificate = parent is null
            ? request.CreateSelfSigned(_now.AddYears(-1), _now.AddYears(1))
            : request.Create(parent.Certificate, _now.AddDays(-300), _now.AddDays(300), RandomNumberGenerator.GetBytes(8)).CopyWithPrivateKey(key);
    }

    public X509Certificate2 Certificate { get; }

    public X509Certificate2Collection Trusted => [X509CertificateLoader.LoadCertificate(Certificate.RawData)];

    public string Pem => Certificate.ExportCertificatePem();

    /// <summary>A certificate for 127.0.0.1 and the given DNS name that ends so many days from now.</summary>
    public X509Certificate2 Issue(string name, int days = 30, bool loopback = true)
    {
        var (certificate, key) = IssuePem(name, days, loopback);
        return X509CertificateLoader.LoadPkcs12(X509Certificate2.CreateFromPem(certificate, key).Export(X509ContentType.Pfx), null);
    }

    public (string Certificate, string Key) IssuePem(string name, int days = 30, bool loopback = true)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        if (loopback)
        {
            names.AddIpAddress(IPAddress.Loopback);
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(Both, false));
        var issued = request.Create(Certificate, _now.AddDays(-100), _now.AddDays(days), RandomNumberGenerator.GetBytes(8));
        return (issued.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }
}
