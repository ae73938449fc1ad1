using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using RunAiDr.Core;

namespace RunAiDr.Cli.Demo;

/// <summary>A PostgreSQL of the demonstration's own, on the loopback address, gone with it.</summary>
internal sealed class DemoDatabase : IAsyncDisposable
{
    private const string Root = "/usr/lib/postgresql";

    // As Run:ai's: a database, a role and schema for Grafana, projects and their jobs.
    private const string Schema = """
        CREATE ROLE grafana LOGIN;
        CREATE DATABASE backend;
        \connect backend
        CREATE SCHEMA grafana AUTHORIZATION grafana;
        CREATE TABLE grafana.dashboard (id serial PRIMARY KEY, title text);
        INSERT INTO grafana.dashboard (title) SELECT 'dashboard ' || i FROM generate_series(1, 40) i;
        CREATE TABLE projects (id int PRIMARY KEY, name text UNIQUE);
        INSERT INTO projects SELECT i, 'project-' || i FROM generate_series(1, 12) i;
        CREATE TABLE jobs (id int PRIMARY KEY, project int REFERENCES projects, state text);
        INSERT INTO jobs SELECT i, 1 + i % 12, 'Completed' FROM generate_series(1, 20000) i;
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("runai-dr-demo-postgres-").FullName;
    private readonly string _programs;
    private readonly string _password;

    private DemoDatabase(string programs, string password) => (_programs, _password) = (programs, password);

    public IPEndPoint Address { get; private set; } = new(IPAddress.Loopback, 0);

    private string Data => Path.Combine(_folder, "data");

    /// <summary>The folder of the newest PostgreSQL's programs on this machine, null when there is none.</summary>
    public static string? Programs() => !Directory.Exists(Root) ? null : Directory.GetDirectories(Root)
        .Where(version => int.TryParse(Path.GetFileName(version), out _) && File.Exists(Path.Combine(version, "bin", "initdb")))
        .OrderByDescending(version => int.Parse(Path.GetFileName(version), CultureInfo.InvariantCulture))
        .Select(version => Path.Combine(version, "bin"))
        .FirstOrDefault();

    /// <summary>Starts an empty one.</summary>
    public static async Task<DemoDatabase> StartAsync(string programs, string password, CancellationToken ct)
    {
        var database = new DemoDatabase(programs, password);
        try
        {
            await database.StartAsync(ct);
            return database;
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    public Task FillAsync(CancellationToken ct) => RunAsync("psql", ["--quiet", "--set=ON_ERROR_STOP=1"], Schema, ct);

    /// <summary>Runs a program of PostgreSQL against this server, as its superuser.</summary>
    public async Task RunAsync(string program, IEnumerable<string> arguments, string? input, CancellationToken ct) =>
        await RunAsync(new ProcessStartInfo(Path.Combine(_programs, program), arguments)
        {
            Environment =
            {
                ["PGHOST"] = Address.Address.ToString(),
                ["PGPORT"] = Address.Port.ToString(CultureInfo.InvariantCulture),
                ["PGUSER"] = "postgres",
                ["PGPASSWORD"] = _password,
            },
        }, input, ct);

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(Path.Combine(Data, "postmaster.pid")))
        {
            await RunAsync(AsUser("pg_ctl", "stop", "--pgdata", Data, "--mode=immediate"), null, CancellationToken.None);
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartAsync(CancellationToken ct)
    {
        var passwordFile = Path.Combine(_folder, "password");
        await File.WriteAllTextAsync(passwordFile, _password, ct);
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync(new ProcessStartInfo("chown", ["-R", "postgres:", _folder]), null, ct);
        }

        string[] cluster = ["--username=postgres", $"--pwfile={passwordFile}", "--encoding=UTF8", "--locale=C.UTF-8", "--pgdata", Data];
        await RunAsync(AsUser("initdb", ["--no-sync", "--auth=scram-sha-256", .. cluster]), null, ct);
        File.Delete(passwordFile);
        Address = new IPEndPoint(IPAddress.Loopback, FreePort());
        var options = string.Create(
            CultureInfo.InvariantCulture, $"-c port={Address.Port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off");
        string[] places = ["--pgdata", Data, "--log", Path.Combine(_folder, "log")];
        await RunAsync(AsUser("pg_ctl", ["start", "--wait", "--silent", .. places, "--options", options]), null, ct);
    }

    // PostgreSQL refuses to run as root.
    private ProcessStartInfo AsUser(string program, params string[] arguments)
    {
        var path = Path.Combine(_programs, program);
        return Environment.IsPrivilegedProcess
            ? new ProcessStartInfo("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", path, .. arguments])
            : new ProcessStartInfo(path, arguments);
    }

    private static async Task RunAsync(ProcessStartInfo start, string? input, CancellationToken ct)
    {
        (start.UseShellExecute, start.RedirectStandardInput, start.WorkingDirectory) = (false, true, "/");

        // A server keeps its output open for as long as it lives: only a program that ends is listened to.
        var ends = !start.ArgumentList.Contains("start");
        (start.RedirectStandardError, start.RedirectStandardOutput) = (ends, ends);
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start");
        await process.StandardInput.WriteAsync(input.AsMemory(), ct);
        process.StandardInput.Close();
        var error = ends ? process.StandardError.ReadToEndAsync(ct) : Task.FromResult("");
        var output = ends ? process.StandardOutput.ReadToEndAsync(ct) : Task.FromResult("");
        await process.WaitForExitAsync(ct);
        if (process.ExitCode != 0)
        {
            throw new RunAiDrException(
                Fault.Snapshot, $"{start.FileName} of the demonstration ended with {process.ExitCode}: {await error}{await output}", "See the lines above.");
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
