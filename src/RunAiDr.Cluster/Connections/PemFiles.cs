using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using RunAiDr.Core;

namespace RunAiDr.Cluster.Connections;

/// <summary>Reads certificates and keys; errors name the place and never quote the text.</summary>
internal static class PemFiles
{
    public static X509Certificate2Collection Authorities(byte[] pem, string where)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPem(Encoding.UTF8.GetString(pem));
        }
        catch (CryptographicException failure)
        {
            throw Unreadable(where, "a certificate in it cannot be read", failure);
        }

        return authorities.Count > 0 ? authorities : throw Unreadable(where, "it holds no PEM certificate", null);
    }

    /// <summary>The client certificate with its key, followed by its intermediates.</summary>
    public static X509Certificate2Collection ClientChain(byte[] certificate, byte[] key, string where, TimeProvider clock)
    {
        var chain = Authorities(certificate, where);
        try
        {
            chain[0] = X509Certificate2.CreateFromPem(Encoding.UTF8.GetString(certificate), Encoding.UTF8.GetString(key));
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            throw Unreadable(where, "the client key cannot be read or does not belong to the certificate", null);
        }

        RefuseUnlessValid(chain[0], where, clock.GetUtcNow().UtcDateTime);
        return chain;
    }

    private static void RefuseUnlessValid(X509Certificate2 certificate, string where, DateTime now)
    {
        var (from, until) = (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
        if (now > until || now < from)
        {
            throw new RunAiDrException(
                Fault.Configuration,
                $"{where}: the client certificate {(now > until ? $"expired on {until:u}" : $"is not valid before {from:u}")}",
                "Get a new kubeconfig or client certificate, and check the clock of this machine.");
        }
    }

    private static RunAiDrException Unreadable(string where, string why, Exception? inner) =>
        new(Fault.Configuration, $"{where}: {why}", "Put PEM text there (base64 of it in fields that end in -data).", inner);
}
