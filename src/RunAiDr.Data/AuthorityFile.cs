using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RunAiDr.Core;

namespace RunAiDr.Data;

/// <summary>A PEM file of the authorities to trust, in place of those of the system.</summary>
internal static class AuthorityFile
{
    /// <exception cref="RunAiDrException">It cannot be read, or holds no certificate.</exception>
    public static X509ChainPolicy TrustOnly(string file)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw NoAuthority(file, failure);
        }

        return policy.CustomTrustStore.Count > 0 ? policy : throw NoAuthority(file, inner: null);
    }

    private static RunAiDrException NoAuthority(string file, Exception? inner) => new(
        Fault.Configuration, $"{file} holds no certificate that can be read.", "Give a PEM file with the certificate of the server's authority.", inner);
}
