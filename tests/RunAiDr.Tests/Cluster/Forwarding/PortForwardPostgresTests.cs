using System.Diagnostics;
using System.Globalization;
using System.Net;
using Npgsql;
using RunAiDr.Cluster.Forwarding;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Cluster.Forwarding;

public sealed class PortForwardPostgresTests : IAsyncLifetime
{
    private PostgresServer _postgres = null!;
    private ForwardScene _scene = null!;
    private PortForward _forward = null!;

    public async Task InitializeAsync()
    {
        _postgres = await PostgresServer.StartAsync();
        await _postgres.ExecuteAsync("postgres", "CREATE TABLE jobs AS SELECT i AS id, repeat(md5(i::text), 10) AS spec FROM generate_series(1, 30000) i");
        _scene = await ForwardScene.StartAsync(new IPEndPoint(IPAddress.Loopback, _postgres.Port));
        _forward = await _scene.ForwardAsync();
    }

    public async Task DisposeAsync()
    {
        await _forward.DisposeAsync();
        await _scene.DisposeAsync();
        await _postgres.DisposeAsync();
    }

    [Fact]
    public async Task Npgsql_queries_the_database_of_the_pod()
    {
        var settings = new NpgsqlConnectionStringBuilder(_postgres.ConnectionString("postgres")) { Port = _forward.Local.Port };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync();
        await using var count = new NpgsqlCommand("SELECT count(*) FROM jobs", connection);

        Assert.Equal(30000L, await count.ExecuteScalarAsync());
        Assert.Null(_forward.Trouble);
    }

    [Fact]
    public async Task A_dump_is_the_same_as_one_without_the_tunnel()
    {
        var direct = await DumpAsync(_postgres.Port);
        var tunnelled = await DumpAsync(_forward.Local.Port);

        Assert.True(direct.Length > 9_000_000);
        Assert.Equal(direct, tunnelled);
        Assert.Null(_forward.Trouble);
    }

    private static async Task<string> DumpAsync(int port)
    {
        var start = new ProcessStartInfo(
            $"{PostgresServer.Programs}/pg_dump",
            ["--host=127.0.0.1", $"--port={port.ToString(CultureInfo.InvariantCulture)}", "--username=postgres", "--no-password", "postgres"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["PGPASSWORD"] = PostgresServer.Password },
        };
        using var dump = Process.Start(start)!;
        var (output, error) = (dump.StandardOutput.ReadToEndAsync(), dump.StandardError.ReadToEndAsync());
        await dump.WaitForExitAsync();
        Assert.True(dump.ExitCode == 0, await error);

        // Each dump has a key of its own in its first and last lines.
        return string.Join('\n', (await output).Split('\n').Where(line => !line.Contains("restrict ", StringComparison.Ordinal)));
    }
}
