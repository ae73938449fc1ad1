using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using RunAiDr.Data.Dumps;
using RunAiDr.Data.Postgres;

namespace RunAiDr.Benchmarks;

/// <summary>A PostgreSQL on the loopback address with a generated database, gone with the benchmark.</summary>
internal sealed class DatabaseServer : IAsyncDisposable
{
    public const string Database = "backend";

    private const int Rows = 2_500_000;
    private const int Attempts = 300;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly string _home;
    private readonly Process _process;

    private DatabaseServer(string home, int port, Process process) => (_home, Port, _process) = (home, port, process);

    public int Port { get; }

    public PostgresOptions Options => new()
    {
        Host = "127.0.0.1",
        Port = Port,
        User = "postgres",
        Tls = PostgresTls.Disable,
        Databases = [Database],
    };

    public static async Task<DatabaseServer> StartAsync(DumpTools tools, double share, CancellationToken ct)
    {
        var home = Directory.CreateTempSubdirectory("runai-dr-bench-database-").FullName;
        var port = FreePort();
        if (Environment.IsPrivilegedProcess)
        {
            await ChildProcess.RunAsync("chown", ["postgres:postgres", home], ct);
        }

        var data = Path.Combine(home, "data");
        var (program, arguments) = AsUser(Path.Combine(tools.Folder, "initdb"), "--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", data);
        await ChildProcess.RunAsync(program, arguments, ct);
        (program, arguments) = AsUser(
            Path.Combine(tools.Folder, "postgres"), "-D", data, "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off",
            "-c", string.Create(CultureInfo.InvariantCulture, $"port={port}"), "-c", "logging_collector=on", "-c", "max_wal_size=4GB");
        var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = home })
            ?? throw new InvalidOperationException($"{program} did not start");
        var server = new DatabaseServer(home, port, process);
        await server.FillAsync(Path.Combine(tools.Folder, "psql"), (int)(Rows * share), ct);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        using var quit = Process.Start("kill", ["-QUIT", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await quit.WaitForExitAsync();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_home, recursive: true);
    }

    /// <summary>Jobs and an audit log, as most of a control plane's database is.</summary>
    private async Task FillAsync(string psql, int rows, CancellationToken ct)
    {
        string[] connection = ["--quiet", "--no-psqlrc", "--host=127.0.0.1", $"--port={Port.ToString(CultureInfo.InvariantCulture)}", "--username=postgres", "--set=ON_ERROR_STOP=1"];
        await UntilReadyAsync(psql, connection, ct);
        await ChildProcess.RunAsync(psql, [.. connection, "--dbname=postgres", $"--command=CREATE DATABASE {Database}"], ct);
        await ChildProcess.RunAsync(psql, [.. connection, $"--dbname={Database}", "--command", string.Create(CultureInfo.InvariantCulture, $$"""
            CREATE TABLE jobs AS SELECT n AS id, 'job-' || n AS name, timestamptz '2026-01-01 00:00Z' + n * interval '1 second' AS created_at,
                jsonb_build_object('gpu', n % 8, 'image', 'registry.example.com/team-' || n % 12 || '/train:' || n % 97, 'node', md5(n::text)) AS spec
                FROM generate_series(1, {{rows}}) n;
            CREATE TABLE audit_log AS SELECT timestamptz '2026-01-01 00:00Z' + n * interval '1 second' AS at, md5((n % 4000)::text)::uuid AS actor, 'login' AS action
                FROM generate_series(1, {{rows}}) n;
            ANALYZE
            """)], ct);
    }

    private static async Task UntilReadyAsync(string psql, string[] connection, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await ChildProcess.RunAsync(psql, [.. connection, "--dbname=postgres", "--command=SELECT 1"], ct);
                return;
            }
            catch (InvalidOperationException) when (attempt < Attempts)
            {
                await Task.Delay(Pause, TimeProvider.System, ct);
            }
        }
    }

    // PostgreSQL refuses to run as root.
    private static (string Program, string[] Arguments) AsUser(string program, params string[] arguments) =>
        Environment.IsPrivilegedProcess
            ? ("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", program, .. arguments])
            : (program, arguments);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
