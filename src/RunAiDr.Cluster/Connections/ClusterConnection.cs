using System.Security.Cryptography.X509Certificates;

namespace RunAiDr.Cluster.Connections;

/// <summary>Where an API server is, how to know that it is the right one, and who asks.</summary>
public sealed record ClusterConnection(Uri Server)
{
    /// <summary>The kubeconfig context that it was made from, null where it was made otherwise. A file's current context may change.</summary>
    public string? Context { get; init; }

    /// <summary>Certificates to trust; null trusts those of the system.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    /// <summary>The name the server's certificate must hold, when it is not the host of <see cref="Server"/>.</summary>
    public string? ServerName { get; init; }

    /// <summary>Proxy with scheme http, https or socks5; null takes that of the environment.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>Goes to the server directly, whatever the environment says.</summary>
    public bool BypassProxy { get; init; }

    /// <summary>Asks the server not to compress its answers.</summary>
    public bool DisableCompression { get; init; }

    public CredentialSource Credentials { get; init; } = CredentialSource.None;

    /// <summary>User and groups to act as, as request headers (<c>Impersonate-User</c> …).</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Impersonation { get; init; } = [];

    public ClusterTimeouts Timeouts { get; init; } = ClusterTimeouts.Default;

    /// <summary>How many objects a list page holds at most.</summary>
    public int PageSize { get; init; } = 500;
}
