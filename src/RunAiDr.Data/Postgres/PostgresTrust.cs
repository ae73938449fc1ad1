using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace RunAiDr.Data.Postgres;

/// <summary>
/// Checks the certificate of a server as the TLS mode asks, and remembers in words why not. As in libpq,
/// <see cref="PostgresTls.Require"/> checks the authority too when a file of authorities is given.
/// </summary>
internal sealed class PostgresTrust(PostgresOptions options)
{
    /// <summary>Why the certificate was refused, null when it was not.</summary>
    public string? Refusal { get; private set; }

    /// <summary>Whether the server agreed to TLS.</summary>
    public bool Begun { get; private set; }

    public void Configure(SslClientAuthenticationOptions tls)
    {
        Begun = true;
        tls.TargetHost = options.Host;
        if (!options.VerifiesServer)
        {
            return;
        }

        tls.CertificateRevocationCheckMode = X509RevocationMode.NoCheck;
        tls.CertificateChainPolicy = options.AuthorityFile is { } file ? AuthorityFile.TrustOnly(file) : null;
        tls.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => Accept(certificate, chain, errors);
    }

    private bool Accept(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        var refusal = certificate is X509Certificate2 server ? RefusalOf(server, chain, errors) : "it sent no certificate";
        Refusal = refusal is null ? null : ServerText.Of(refusal);
        return Refusal is null;
    }

    private string? RefusalOf(X509Certificate2 server, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            var found = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status);
            return found?.HasFlag(X509ChainStatusFlags.NotTimeValid) == true
                ? $"a certificate in its chain is not valid at this time; its own is valid from {server.NotBefore.ToUniversalTime():u} until {server.NotAfter.ToUniversalTime():u}"
                : $"its certificate is not signed by a trusted authority ({server.Issuer}): {found}";
        }

        return options.Tls == PostgresTls.VerifyFull && errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)
            ? $"its certificate is not for {options.Host} but for {NamesOf(server)}"
            : null;
    }

    private static string NamesOf(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(e => e.EnumerateDnsNames().Concat(e.EnumerateIPAddresses().Select(a => a.ToString())));
        return string.Join(", ", names.DefaultIfEmpty(certificate.Subject));
    }
}
