using RunAiDr.Cluster.Connections;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Secrets;

namespace RunAiDr.Cluster.Http;

/// <summary>
/// Makes what a server says fit for a message: one line, not long, and without the credentials that it was sent, which it
/// may give back.
/// </summary>
internal sealed class ServerWords
{
    private const int Longest = 1000; // the server quotes whole values
    private const int MostRemembered = 8; // requests with the credentials before are still under way

    private readonly Lock _gate = new();
    private volatile SecretText[] _sent = [];
    private volatile Credential? _last;

    public void Remember(Credential credential)
    {
        if (ReferenceEquals(credential, _last))
        {
            return;
        }

        lock (_gate)
        {
            _last = credential;
            _sent = [.. credential.Secrets.Concat(_sent).Take(MostRemembered)];
        }
    }

    public string Of(string text)
    {
        foreach (var secret in _sent)
        {
            text = text.Replace(secret.Reveal(), secret.ToString(), StringComparison.Ordinal);
        }

        return Short(text);
    }

    /// <summary>As <see cref="Of"/>, of what no credential can be in.</summary>
    public static string Short(string text) => Visible.Text(text.Length > Longest ? $"{text[..Longest]}…" : text);
}
