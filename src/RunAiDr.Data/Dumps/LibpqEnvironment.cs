using System.Globalization;
using RunAiDr.Data.Postgres;

namespace RunAiDr.Data.Dumps;

/// <summary>Tells the programs of PostgreSQL, by variables of libpq, to connect as we do.</summary>
internal static class LibpqEnvironment
{
    // A wire that is dead without a word is found after a minute.
    private const string KeepAlive = "keepalives=1 keepalives_idle=30 keepalives_interval=10 keepalives_count=3 tcp_user_timeout=60000";

    private const string NoFile = "/nonexistent";

    // Where distributions keep the authorities that the system trusts: libpq knows it from version 16 on only.
    private static readonly string[] SystemAuthorities =
    [
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
        "/etc/ssl/ca-bundle.pem",
        "/etc/ssl/cert.pem",
    ];

    /// <param name="options">Which server, and who asks.</param>
    /// <param name="password">As it is now.</param>
    /// <param name="database">Also a name that as an argument would be taken for a connection string.</param>
    public static IReadOnlyDictionary<string, string> For(PostgresOptions options, string? password, string database)
    {
        var environment = new Dictionary<string, string>
        {
            ["PGHOST"] = options.Host,
            ["PGPORT"] = (options.Dial?.Port ?? options.Port).ToString(CultureInfo.InvariantCulture),
            ["PGUSER"] = options.User,
            ["PGDATABASE"] = database,
            ["PGSSLMODE"] = Mode(options.Tls),
            ["PGSSLROOTCERT"] = Authorities(options),
            ["PGGSSENCMODE"] = "disable",
            ["PGAPPNAME"] = "runai-dr",
            ["PGCONNECT_TIMEOUT"] = Math.Max(2, (int)options.ConnectTimeout.TotalSeconds).ToString(CultureInfo.InvariantCulture),
        };
        if (options.Dial is { } dial)
        {
            // The name of PGHOST stays the one that the certificate is checked against.
            environment["PGHOSTADDR"] = dial.Address.ToString();
        }

        if (!options.VerifiesServer)
        {
            environment["PGREQUIREAUTH"] = "!password"; // from libpq 16 on
        }

        if (password is not null)
        {
            environment["PGPASSWORD"] = password;
        }

        return environment;
    }

    /// <summary>
    /// A database as a connection string, where a name with '=' in it would be taken for one. No variable tells libpq to keep alive.
    /// </summary>
    public static string ConnectionText(string database) =>
        $"{KeepAlive} dbname='{database.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";

    private static string Mode(PostgresTls tls) => tls switch
    {
        PostgresTls.Disable => "disable",
        PostgresTls.Prefer => "prefer",
        PostgresTls.Require => "require",
        PostgresTls.VerifyCa => "verify-ca",
        _ => "verify-full",
    };

    // Where no authority is asked for, a file of them in the home of the user would make libpq stricter.
    private static string Authorities(PostgresOptions options) => options.Tls switch
    {
        PostgresTls.VerifyCa or PostgresTls.VerifyFull =>
            options.AuthorityFile ?? Environment.GetEnvironmentVariable("SSL_CERT_FILE")
            ?? Array.Find(SystemAuthorities, File.Exists) ?? NoFile,
        PostgresTls.Require => options.AuthorityFile ?? NoFile,
        _ => NoFile,
    };
}
