using System.Security.Cryptography.X509Certificates;
using System.Text;
using RunAiDr.Core;

namespace RunAiDr.Cluster.Connections;

/// <summary>A bearer token in a file that others renew (kubelet does it every hour): read again each minute and after a 401.</summary>
internal sealed class TokenFileCredentials(string path, TimeProvider clock, X509Certificate2Collection? chain = null)
    : CredentialSource
{
    private static readonly TimeSpan Freshness = TimeSpan.FromMinutes(1);

    // One reference, so that threads see a whole reading or none.
    private Reading? _last;

    public override bool Renews => true;

    public override ValueTask<Credential> GetAsync(bool refused, CancellationToken ct)
    {
        if (!refused && _last is { } last && clock.GetUtcNow() - last.ReadAt < Freshness)
        {
            return ValueTask.FromResult(last.Credential);
        }

        try
        {
            var token = Encoding.UTF8.GetString(SmallFile.Read(path));
            var credential = Credential.Bearer(token.Trim(), path, chain);
            _last = new Reading(credential, clock.GetUtcNow());
            return ValueTask.FromResult(credential);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RunAiDrException(
                Fault.Configuration,
                $"The token file {path} cannot be read ({failure.GetType().Name})",
                "Check that the file exists and may be read by this user.",
                failure);
        }
    }

    private sealed record Reading(Credential Credential, DateTimeOffset ReadAt);
}
