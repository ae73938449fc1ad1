using RunAiDr.Core.Secrets;

namespace RunAiDr.Data.Postgres;

/// <summary>Which PostgreSQL, and who asks.</summary>
public sealed record PostgresOptions
{
    /// <summary>Name of the host; a TLS certificate is checked against it.</summary>
    public required string Host { get; init; }

    public int Port { get; init; } = 5432;

    /// <summary>Address and port to connect to instead, where a tunnel leads to <see cref="Host"/>.</summary>
    public System.Net.IPEndPoint? Dial { get; init; }

    /// <summary>Why the tunnel that <see cref="Dial"/> leads into broke last; null where there is none or none broke.</summary>
    public Func<string?>? Trouble { get; init; }

    public required string User { get; init; }

    /// <summary>Read again at each connection; null where the server asks for none.</summary>
    public Func<SecretText?>? Password { get; init; }

    public PostgresTls Tls { get; init; } = PostgresTls.Prefer;

    /// <summary>PEM file of the authorities to trust; null trusts those of the system.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>Databases of the scope; empty takes all that are no templates and accept connections.</summary>
    public IReadOnlyList<string> Databases { get; init; } = [];

    /// <summary>
    /// Whether a snapshot of the volume is taken between <c>pg_backup_start</c> and <c>pg_backup_stop</c> even where there
    /// is no tablespace, for WAL that lies on another volume.
    /// </summary>
    public bool Bracket { get; init; }

    /// <summary>Whether it is sure who answers.</summary>
    internal bool VerifiesServer => Tls >= PostgresTls.VerifyCa || (Tls == PostgresTls.Require && AuthorityFile is not null);

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);
}

/// <summary>The TLS modes of libpq.</summary>
public enum PostgresTls
{
    Disable,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}
