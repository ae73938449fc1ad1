using System.Net.Sockets;
using System.Security.Authentication;
using Npgsql;
using RunAiDr.Core;

namespace RunAiDr.Data.Postgres;

/// <summary>
/// What a failure of PostgreSQL means to an operator, told by SQLSTATE and type. Texts of the driver are not repeated:
/// they are not ours to promise that no secret is in them.
/// </summary>
internal static class PostgresFault
{
    public static RunAiDrException Of(NpgsqlException failure, PostgresOptions options, string database)
    {
        var where = $"PostgreSQL {options.Host}:{options.Port}, database {database}";
        return failure is PostgresException answer
            ? OfState(answer, options, database, where)
            : OfConnection(failure, options, where);
    }

    /// <summary>A failure to connect, of which <paramref name="trust"/> knows how far TLS came.</summary>
    public static RunAiDrException OfOpening(NpgsqlException failure, PostgresOptions options, string database, PostgresTrust trust)
    {
        var where = $"PostgreSQL {options.Host}:{options.Port}";
        if (trust.Refusal is { } refusal)
        {
            return New($"{where}: TLS failed, {refusal}.", "Correct the host, the authority file or the server's certificate.", failure);
        }

        if (failure is not PostgresException && failure.InnerException is null)
        {
            return options.Tls >= PostgresTls.Require && !trust.Begun
                ? New($"{where} does not offer TLS.", "Switch TLS on in the server (ssl = on), or use the TLS mode disable.", failure)
                : New($"{where} asks {options.User} for a password or a way of authentication that is not there.",
                    "Configure the password of this role. In the clear it is given to a server with a verified certificate only: use scram-sha-256, or the TLS mode verify-full.",
                    failure);
        }

        return failure.InnerException is AuthenticationException
            ? New($"{where}: the TLS handshake failed.", "Check which TLS versions the server accepts and whether it wants a client certificate.", failure)
            : Of(failure, options, database);
    }

    private static RunAiDrException OfState(PostgresException answer, PostgresOptions options, string database, string where) =>
        answer.SqlState switch
        {
            PostgresErrorCodes.InvalidPassword =>
                New($"{where} refuses the password of {options.User}.", "Configure the password that the role has now.", answer),
            PostgresErrorCodes.InvalidAuthorizationSpecification =>
                New($"{where} does not let {options.User} in from here with TLS {options.Tls}.", "Check that the role exists and may log in, and add a line to pg_hba.conf for this address.", answer),
            PostgresErrorCodes.InvalidCatalogName =>
                New($"{where} does not exist.", "Correct the list of databases.", answer),
            PostgresErrorCodes.TooManyConnections =>
                New($"{where} has no connection left.", "Raise max_connections, or close connections that are not needed.", answer),
            PostgresErrorCodes.CannotConnectNow =>
                New($"{where} does not accept connections: it starts, stops or recovers.", "Wait until it is ready; a standby needs hot_standby = on.", answer),
            PostgresErrorCodes.InsufficientPrivilege =>
                New($"{where}: {options.User} lacks a right: {Told(answer, options)}.", "Grant it, or configure a role that has it.", answer),
            PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown =>
                New($"{where} closed the connection: it shuts down, or somebody ended the session.", "Try again when it is up.", answer),
            _ => New($"{where} failed with SQLSTATE {ServerText.Of(answer.SqlState)}: {Told(answer, options)}.", "See the log of the server.", answer),
        };

    private static RunAiDrException OfConnection(NpgsqlException failure, PostgresOptions options, string where)
    {
        var dialled = options.Dial is { } dial ? $" by {dial}" : "";
        var tunnel = options.Trouble?.Invoke() is { } trouble ? $" The tunnel to it broke: {trouble.TrimEnd('.')}." : "";
        return failure.InnerException switch
        {
            SocketException socket =>
                New($"{where} cannot be reached{dialled}: {socket.SocketErrorCode}.{tunnel}", "Check host and port, the network between, and that the server runs.", failure),
            TimeoutException =>
                New($"{where} did not answer in time{dialled}.{tunnel}", "Check the load of the server and the network between.", failure),
            _ => New($"{where}: the connection was lost{dialled}.{tunnel}", "Check that the server runs and that it is a PostgreSQL.", failure),
        };
    }

    private static string Told(PostgresException answer, PostgresOptions options) =>
        ServerText.Of(answer.MessageText, options.Password?.Invoke());

    private static RunAiDrException New(string message, string remedy, Exception inner) => new(Fault.Snapshot, message, remedy, inner);
}
