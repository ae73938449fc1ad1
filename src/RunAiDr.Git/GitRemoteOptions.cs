using RunAiDr.Core.Secrets;

namespace RunAiDr.Git;

/// <summary>Where the copy of the DR repository is that others see, and how it is reached.</summary>
public sealed record GitRemoteOptions
{
    /// <summary>The repository on disk, its branch of record and the author of commits.</summary>
    public required GitStateOptions Repository { get; init; }

    /// <summary><c>https://</c>, <c>ssh://</c>, <c>user@host:path</c>, <c>file://</c> or a path, without credentials.</summary>
    public required string Url { get; init; }

    /// <summary>The clusters whose folders and tags are ours.</summary>
    public required IReadOnlyCollection<string> Clusters { get; init; }

    /// <summary>Each of them has a drift branch, which is kept the same too.</summary>
    public bool Reviews { get; init; }

    /// <summary>User name for https; most servers take any with a token.</summary>
    public string Username { get; init; } = "git";

    /// <summary>Password or token for https, asked at each use so that it may be renewed.</summary>
    public Func<SecretText?>? Password { get; init; }

    /// <summary>PEM file of the only authorities to trust for https; null trusts those of the system.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>HTTP proxy for https, without credentials; null connects directly.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>Private key for ssh; null leaves the choice to ssh and its agent.</summary>
    public string? SshKeyFile { get; init; }

    /// <summary>The only host keys to trust for ssh; null means those that ssh trusts.</summary>
    public string? KnownHostsFile { get; init; }

    /// <summary>Passphrase of the private key, asked at each use.</summary>
    public Func<SecretText?>? SshPassphrase { get; init; }

    /// <summary>How long the remote may be silent before the connection is given up.</summary>
    public TimeSpan SilenceLimit { get; init; } = TimeSpan.FromSeconds(60);
}
