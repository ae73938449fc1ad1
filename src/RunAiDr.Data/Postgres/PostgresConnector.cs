using Npgsql;

namespace RunAiDr.Data.Postgres;

/// <summary>Opens connections to one PostgreSQL.</summary>
public sealed class PostgresConnector(PostgresOptions options)
{
    public PostgresOptions Options => options;

    /// <exception cref="RunAiDr.Core.RunAiDrException">It cannot be reached or refuses.</exception>
    internal async Task<NpgsqlConnection> OpenAsync(string database, CancellationToken ct)
    {
        var connection = new NpgsqlConnection(Settings(database).ConnectionString);
        await connection.OpenAsync(ct);
        return connection;
    }

    private NpgsqlConnectionStringBuilder Settings(string database) => new()
    {
        Host = options.Dial?.Address.ToString() ?? options.Host,
        Port = options.Dial?.Port ?? options.Port,
        Database = database,
        Username = options.User,
        Password = options.Password?.Invoke()?.Reveal(),
        SslMode = Enum.Parse<SslMode>(options.Tls.ToString()),
        RootCertificate = options.AuthorityFile,
        Timeout = (int)options.ConnectTimeout.TotalSeconds,
        ApplicationName = "runai-dr",
        Pooling = false,
    };
}
