using Npgsql;
using RunAiDr.Core;

namespace RunAiDr.Data.Postgres;

/// <summary>Opens connections to one PostgreSQL.</summary>
public sealed class PostgresConnector(PostgresOptions options)
{
    private const int CommandSeconds = 600;
    private const int KeepAliveSeconds = 30;

    public PostgresOptions Options => options;

    /// <summary>Where server-wide questions are asked: the first database of the scope, or the one that every server has.</summary>
    internal string AnyDatabase => options.Databases is [var first, ..] ? first : "postgres";

    /// <exception cref="RunAiDrException">It cannot be reached or refuses.</exception>
    internal async Task<NpgsqlConnection> OpenAsync(string database, CancellationToken ct)
    {
        var trust = new PostgresTrust(options);
        var connection = new NpgsqlConnection(Settings(database).ConnectionString)
        {
            SslClientAuthenticationOptionsCallback = trust.Configure,
        };
        var opened = false;
        try
        {
            await connection.OpenAsync(ct);
            opened = true;
            return connection;
        }
        catch (NpgsqlException failure)
        {
            throw PostgresFault.OfOpening(failure, options, database, trust);
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or RunAiDrException))
        {
            // Looking up the name fails outside of the driver's own exceptions. At what is no PostgreSQL it throws whatever
            // comes to hand, Exception itself included.
            throw PostgresFault.Of(new NpgsqlException(null, failure), options, database);
        }
        finally
        {
            if (!opened)
            {
                await connection.DisposeAsync();
            }
        }
    }

    /// <summary>A session that may run and rest as long as it must, whatever limits the role has.</summary>
    /// <exception cref="RunAiDrException">As <see cref="OpenAsync"/>.</exception>
    internal async Task<NpgsqlConnection> OpenUnlimitedAsync(string database, CancellationToken ct)
    {
        var session = await OpenAsync(database, ct);
        var unlimited = false;
        try
        {
            await RunAsync(database, () => session.RowsAsync("no-limits.sql", row => row.GetString(0), ct));
            unlimited = true;
            return session;
        }
        finally
        {
            if (!unlimited)
            {
                await session.DisposeAsync();
            }
        }
    }

    /// <summary>Runs commands and turns their failures into faults.</summary>
    internal async Task<T> RunAsync<T>(string database, Func<Task<T>> commands)
    {
        try
        {
            return await commands();
        }
        catch (NpgsqlException failure)
        {
            throw PostgresFault.Of(failure, options, database);
        }
    }

    private NpgsqlConnectionStringBuilder Settings(string database) => new()
    {
        Host = options.Dial?.Address.ToString() ?? options.Host,
        Port = options.Dial?.Port ?? options.Port,
        Database = database,
        Username = options.User,
        Password = options.Password?.Invoke()?.Reveal(),

        // What the modes add to Require is checked by PostgresTrust: the driver would check the address that is dialled.
        SslMode = options.Tls switch
        {
            PostgresTls.Disable => SslMode.Disable,
            PostgresTls.Prefer => SslMode.Prefer,
            _ => SslMode.Require,
        },

        // Whoever answers could ask for it.
        RequireAuth = options.VerifiesServer ? null : "!Password",

        // Asking for it costs a connection, and the second of two failures would be told.
        GssEncryptionMode = GssEncryptionMode.Disable,
        Timeout = Math.Max(1, (int)options.ConnectTimeout.TotalSeconds),
        CommandTimeout = CommandSeconds,
        TcpKeepAlive = true,
        TcpKeepAliveTime = KeepAliveSeconds,
        TcpKeepAliveInterval = KeepAliveSeconds,
        ApplicationName = "runai-dr",
        Pooling = false,
        Enlist = false,
    };
}
