using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using RunAiDr.Core;
using RunAiDr.Core.Secrets;
using RunAiDr.Data.Postgres;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Data.Postgres;

public class PostgresConnectorTests(RunAiPostgres postgres) : IClassFixture<RunAiPostgres>
{
    private const string Canary = "canary;'\"=\\ ä{}$%-password";

    private readonly PostgresOptions _options = postgres.Server.Options("backend");

    [Fact]
    public async Task A_password_may_hold_any_character()
    {
        await postgres.Server.ExecuteAsync("postgres", $"CREATE ROLE odd LOGIN PASSWORD '{Canary.Replace("'", "''", StringComparison.Ordinal)}'");

        await using var connection = await new PostgresConnector(As("odd")).OpenAsync("backend", CancellationToken.None);

        Assert.Equal("runai-dr", await connection.ScalarAsync("SHOW application_name", CancellationToken.None));
        Assert.DoesNotContain("canary", connection.ConnectionString, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_password_is_read_again_at_each_connection()
    {
        var passwords = new Queue<string>(["wrong", PostgresServer.Password]);
        var connector = new PostgresConnector(_options with { Password = () => new SecretText(passwords.Dequeue()) });

        await Assert.ThrowsAsync<RunAiDrException>(() => connector.OpenAsync("backend", CancellationToken.None));
        await using var connection = await connector.OpenAsync("backend", CancellationToken.None);
    }

    [Fact]
    public Task A_wrong_password_is_told() => FailsAsync(As("runai"), "backend refuses the password of runai");

    [Fact]
    public Task A_missing_password_is_told() =>
        FailsAsync(_options with { Password = null }, "asks postgres for a password");

    [Fact]
    public async Task An_address_that_is_not_in_pg_hba_conf_is_told()
    {
        await using var server = await PostgresServer.StartAsync(prepare: data =>
        {
            var file = Path.Combine(data, "pg_hba.conf");
            File.WriteAllText(file, "host all postgres 127.0.0.1/32 scram-sha-256\n");
        });

        await FailsAsync(server.Options("postgres") with { User = "stranger" }, "does not let stranger in from here");
    }

    [Fact]
    public async Task A_role_that_may_not_log_in_is_told()
    {
        await postgres.Server.ExecuteAsync("postgres", $"CREATE ROLE retired NOLOGIN PASSWORD '{PostgresServer.Password}'");

        await FailsAsync(_options with { User = "retired" }, "database backend does not let retired in from here");
    }

    [Fact]
    public Task A_missing_database_is_told() =>
        FailsAsync(_options with { Databases = ["backend", "keycloak"] }, "database keycloak does not exist");

    [Fact]
    public async Task No_connection_left_is_told()
    {
        await postgres.Server.ExecuteAsync("postgres", $"CREATE ROLE crowded LOGIN CONNECTION LIMIT 0 PASSWORD '{PostgresServer.Password}'");

        await FailsAsync(_options with { User = "crowded" }, "has no connection left");
    }

    [Fact]
    public async Task A_database_that_the_role_may_not_connect_to_is_told()
    {
        await postgres.Server.ExecuteAsync("postgres", "CREATE DATABASE closed");
        await postgres.Server.ExecuteAsync("postgres", $"CREATE ROLE locked_out LOGIN PASSWORD '{PostgresServer.Password}'; REVOKE CONNECT ON DATABASE closed FROM PUBLIC");

        await FailsAsync(_options with { User = "locked_out", Databases = ["closed"] }, "locked_out lacks a right: permission denied for database");
    }

    [Fact]
    public async Task A_server_that_starts_or_recovers_is_told()
    {
        using var starting = new TcpListener(IPAddress.Loopback, 0);
        starting.Start();
        var answering = AnswerAsync(starting, "SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0");

        await FailsAsync(_options with { Port = PortOf(starting) }, "does not accept connections: it starts, stops or recovers");
        await answering;
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_told()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var port = PortOf(closed);
        closed.Stop();

        await FailsAsync(_options with { Port = port }, "cannot be reached: ConnectionRefused");
        await FailsAsync(_options with { Host = "db.example.com", Dial = new IPEndPoint(IPAddress.Loopback, port) }, $"cannot be reached by 127.0.0.1:{port}: ConnectionRefused");
        await FailsAsync(_options with { Host = "nowhere.invalid" }, "PostgreSQL nowhere.invalid:");
    }

    [Fact]
    public async Task A_server_that_is_silent_is_given_up()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();

        await FailsAsync(_options with { Port = PortOf(silent), ConnectTimeout = TimeSpan.FromSeconds(1) }, "did not answer in time");
    }

    [Fact]
    public async Task Something_else_than_a_PostgreSQL_is_told()
    {
        using var web = new TcpListener(IPAddress.Loopback, 0);
        web.Start();
        var answering = web.AcceptTcpClientAsync().ContinueWith(accepted => accepted.Result.Dispose(), TaskScheduler.Default);

        await FailsAsync(_options with { Port = PortOf(web) }, "the connection was lost");
        await answering;
    }

    [Fact]
    public async Task A_session_that_somebody_ends_is_told()
    {
        await using var frozen = await FrozenDatabases.OpenAsync(new PostgresConnector(_options), CancellationToken.None);
        await postgres.Server.ExecuteAsync("postgres", $"SELECT pg_terminate_backend({frozen.Databases[0].Connection.ProcessID}, 5000)");

        var fault = await Assert.ThrowsAsync<RunAiDrException>(() => frozen.FingerprintAsync(CancellationToken.None));

        Assert.Equal(Fault.Snapshot, fault.Fault);
        Assert.Contains("database backend closed the connection", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_is_not_a_fault()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => FrozenDatabases.OpenAsync(new PostgresConnector(_options), cancelled.Token));
    }

    private PostgresOptions As(string role) => _options with { User = role, Password = () => new SecretText(Canary) };

    private static async Task FailsAsync(PostgresOptions options, string message)
    {
        var fault = await Assert.ThrowsAsync<RunAiDrException>(() => FrozenDatabases.OpenAsync(new PostgresConnector(options), CancellationToken.None));

        Assert.Equal(Fault.Snapshot, fault.Fault);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        Assert.Contains($"{options.Host}:{options.Port}", fault.Message, StringComparison.Ordinal);
        Assert.NotEmpty(fault.Remedy);
        Assert.DoesNotContain("canary", fault.ToString() + fault.Remedy, StringComparison.Ordinal);
    }

    private static async Task AnswerAsync(TcpListener listener, string fields)
    {
        using var client = await listener.AcceptTcpClientAsync();
        var length = new byte[4];
        await client.GetStream().ReadExactlyAsync(length);
        await client.GetStream().ReadExactlyAsync(new byte[BinaryPrimitives.ReadInt32BigEndian(length) - length.Length]);
        var body = Encoding.UTF8.GetBytes(fields);
        await client.GetStream().WriteAsync((byte[])[(byte)'E', 0, 0, 0, (byte)(body.Length + 4), .. body]);
    }

    private static int PortOf(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;
}
