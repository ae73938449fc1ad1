using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using RunAiDr.Core;
using RunAiDr.Core.Secrets;

namespace RunAiDr.Cluster.Connections;

/// <summary>Who asks: a token, a password or a client certificate, which may change while the program runs.</summary>
public abstract class CredentialSource
{
    /// <summary>Nobody: the server takes the request as anonymous.</summary>
    public static CredentialSource None { get; } = new FixedCredentials(new Credential());

    /// <summary>What to show the server now. <paramref name="refused"/> is true after the server has answered 401.</summary>
    /// <exception cref="RunAiDrException">The credential cannot be had.</exception>
    public abstract ValueTask<Credential> GetAsync(bool refused, CancellationToken ct);

    /// <summary>Whether asking again after a 401 may give something else.</summary>
    public virtual bool Renews => false;
}

/// <summary>A credential that stays the same.</summary>
internal sealed class FixedCredentials(Credential credential) : CredentialSource
{
    public Credential Credential => credential;

    public override ValueTask<Credential> GetAsync(bool refused, CancellationToken ct) => ValueTask.FromResult(credential);
}

/// <summary>One credential. <paramref name="Chain"/> starts with the client certificate, which has its private key.</summary>
public sealed record Credential(X509Certificate2Collection? Chain = null)
{
    /// <summary>Scheme of the Authorization header: <c>Bearer</c> or <c>Basic</c>.</summary>
    public string Scheme { get; private init; } = "";

    internal SecretText? Secret { get; private init; }

    /// <summary>What in it must not be told: the header, and the password where it is coded in that.</summary>
    internal IReadOnlyList<SecretText> Secrets { get; private init; } = [];

    internal AuthenticationHeaderValue? Header =>
        Secret is null ? null : new AuthenticationHeaderValue(Scheme, Secret.Reveal());

    /// <param name="token">The bearer token.</param>
    /// <param name="from">Where it comes from, for the error message.</param>
    /// <param name="chain">A client certificate that goes with it.</param>
    /// <exception cref="RunAiDrException">The text cannot be a token.</exception>
    public static Credential Bearer(string token, string from, X509Certificate2Collection? chain = null)
    {
        // A header with such a character would be refused with an exception that quotes it.
        if (token.Length == 0 || token.Any(c => c is <= ' ' or > '~'))
        {
            throw new RunAiDrException(
                Fault.Configuration,
                $"{from}: the token is empty or holds blanks, line breaks or characters outside ASCII",
                "Put exactly one bearer token there.");
        }

        var secret = new SecretText(token);
        return new Credential(chain) { Scheme = "Bearer", Secret = secret, Secrets = [secret] };
    }

    public static Credential Basic(string user, string password, X509Certificate2Collection? chain = null)
    {
        var secret = new SecretText(Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
        return new Credential(chain)
        {
            Scheme = "Basic",
            Secret = secret,
            Secrets = password.Length > 0 ? [secret, new SecretText(password)] : [secret],
        };
    }
}
