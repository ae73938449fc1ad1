using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Http;

/// <summary>
/// Decides whether a server certificate is to be trusted, and remembers in words why not. As in other Kubernetes
/// clients every certificate of the given authorities is an anchor, an intermediate one too.
/// </summary>
internal sealed class ServerTrust(X509Certificate2Collection? authorities, TimeProvider clock)
{
    private const int LongestRefusal = 500; // a certificate may have any number of names

    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");

    /// <summary>Why the last certificate was refused, null when none was.</summary>
    public string? Refusal { get; private set; }

    public bool Accept(X509Certificate? certificate, X509Chain? sent, SslPolicyErrors errors)
    {
        Refusal = certificate is X509Certificate2 server ? Shown(RefusalOf(server, sent, errors)) : "it sent no certificate";
        return Refusal is null;
    }

    private static string? Shown(string? refusal) =>
        refusal is null ? null : Visible.Text(refusal.Length > LongestRefusal ? $"{refusal[..LongestRefusal]}…" : refusal);

    private string? RefusalOf(X509Certificate2 server, X509Chain? sent, SslPolicyErrors errors)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        if (now > server.NotAfter.ToUniversalTime())
        {
            return $"its certificate expired on {server.NotAfter.ToUniversalTime():u}";
        }

        if (now < server.NotBefore.ToUniversalTime())
        {
            return $"its certificate is not valid before {server.NotBefore.ToUniversalTime():u}";
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            return $"its certificate is for other names than the one it was called by: {NamesOf(server)}";
        }

        using var chain = new X509Chain { ChainPolicy = PolicyFor(sent, now) };
        chain.Build(server);
        return RefusalOf(chain);
    }

    private X509ChainPolicy PolicyFor(X509Chain? sent, DateTime now)
    {
        var policy = new X509ChainPolicy
        {
            RevocationMode = X509RevocationMode.NoCheck,
            VerificationTime = now,
            DisableCertificateDownloads = true,
        };
        policy.ApplicationPolicy.Add(ServerAuthentication);
        policy.ExtraStore.AddRange(sent?.ChainElements.Select(e => e.Certificate).ToArray() ?? []);
        if (authorities is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(authorities);
            policy.ExtraStore.AddRange(authorities);
        }

        return policy;
    }

    private string? RefusalOf(X509Chain chain)
    {
        // A chain that ends in an intermediate anchor is "partial" or of "unknown root" to .NET, which is no failure here.
        var unanchored = X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot;
        foreach (var element in chain.ChainElements)
        {
            var found = element.ChainElementStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status);
            var failure = authorities is null ? found : found & ~unanchored;
            if (failure != X509ChainStatusFlags.NoError)
            {
                return $"the certificate of {element.Certificate.Subject} in its chain is not good: {failure}";
            }

            if (authorities?.Any(a => a.RawDataMemory.Span.SequenceEqual(element.Certificate.RawDataMemory.Span)) == true)
            {
                return null;
            }
        }

        return authorities is null && chain.ChainStatus.Length == 0
            ? null
            : $"its certificate is signed by an unknown authority ({chain.ChainElements[^1].Certificate.Issuer})";
    }

    private static string NamesOf(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(e => e.EnumerateDnsNames().Concat(e.EnumerateIPAddresses().Select(a => a.ToString())));
        return string.Join(", ", names.DefaultIfEmpty(certificate.Subject));
    }
}
