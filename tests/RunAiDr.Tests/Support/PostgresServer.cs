using System.Diagnostics;
using System.Globalization;
using Npgsql;
using RunAiDr.Core.Secrets;
using RunAiDr.Data.Postgres;

namespace RunAiDr.Tests.Support;

/// <summary>A real PostgreSQL 15 of its own on a loopback port, gone with the test.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    public const string Programs = "/usr/lib/postgresql/15/bin";

    /// <summary>Of the superuser <c>postgres</c>.</summary>
    public const string Password = "canary-postgres-password-5d1f";

    private readonly string _folder;
    private readonly Process _process;

    private PostgresServer(string folder, int port, Process process) => (_folder, Port, _process) = (folder, port, process);

    public int Port { get; }

    public string DataDirectory => Path.Combine(_folder, "data");

    /// <summary>Makes a new cluster of databases and starts it.</summary>
    /// <param name="settings">Lines of postgresql.conf: name → value as written there.</param>
    /// <param name="prepare">Changes the data directory before the start, e.g. certificates and pg_hba.conf.</param>
    public static async Task<PostgresServer> StartAsync(
        IReadOnlyDictionary<string, string>? settings = null, Action<string>? prepare = null)
    {
        var folder = Directory.CreateTempSubdirectory("runai-dr-postgres-").FullName;
        var data = Path.Combine(folder, "data");
        var passwordFile = Path.Combine(folder, "password");
        await File.WriteAllTextAsync(passwordFile, Password);
        Give(folder);
        try
        {
            await RunAsync($"{Programs}/initdb", "--no-sync", "--auth=scram-sha-256", "--username=postgres", $"--pwfile={passwordFile}", "--encoding=UTF8", "--locale=C.UTF-8", "--pgdata", data);
            prepare?.Invoke(data);
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }

        return await StartExistingAsync(folder, settings);
    }

    /// <summary>Starts the data directory <c>data</c> in a folder.</summary>
    public static async Task<PostgresServer> StartExistingAsync(string folder, IReadOnlyDictionary<string, string>? settings = null)
    {
        var port = FreePort.Next();
        var lines = (settings ?? new Dictionary<string, string>()).Select(setting => $"{setting.Key} = {setting.Value}");
        await File.AppendAllTextAsync(
            Path.Combine(folder, "data", "postgresql.conf"),
            string.Create(CultureInfo.InvariantCulture, $"\nport = {port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\nfsync = off\n{string.Join('\n', lines)}\n"));
        Give(folder);
        var start = StartInfo($"{Programs}/postgres", "-D", Path.Combine(folder, "data"));
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.OutputDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        var server = new PostgresServer(folder, port, process);
        try
        {
            await server.WaitAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>A hot standby that streams from this server.</summary>
    public async Task<PostgresServer> StandbyAsync()
    {
        var folder = Directory.CreateTempSubdirectory("runai-dr-postgres-").FullName;
        Give(folder);
        await RunAsync(
            new Dictionary<string, string> { ["PGPASSWORD"] = Password },
            $"{Programs}/pg_basebackup", "-d", $"host=127.0.0.1 port={Port} user=postgres application_name=standby1", "-D", Path.Combine(folder, "data"), "-R", "-c", "fast");
        return await StartExistingAsync(folder);
    }

    public PostgresOptions Options(params string[] databases) => new()
    {
        Host = "127.0.0.1",
        Port = Port,
        User = "postgres",
        Password = () => new SecretText(Password),
        Tls = PostgresTls.Disable,
        Databases = databases,
    };

    public string ConnectionString(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = Port,
        Username = "postgres",
        Password = Password,
        Database = database,
        Pooling = false,
    }.ConnectionString;

    public async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString(database));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The first value of a query.</summary>
    public async Task<object?> ScalarAsync(string sql, string database = "postgres")
    {
        await using var connection = new NpgsqlConnection(ConnectionString(database));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Waits until a query gives a value.</summary>
    public async Task WaitForAsync(string sql, string value)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (await ScalarAsync(sql) as string != value)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, limit.Token);
        }
    }

    /// <summary>Stops it at once and starts it no more; its data stays until this is disposed.</summary>
    public async Task StopAsync()
    {
        if (!_process.HasExited)
        {
            using var kill = Process.Start("kill", ["-QUIT", _process.Id.ToString(CultureInfo.InvariantCulture)]);
            await kill.WaitForExitAsync();
            await _process.WaitForExitAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task WaitAsync()
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await ExecuteAsync("postgres", "SELECT 1");
                return;
            }
            catch (NpgsqlException failure) when (attempt < 300 && !_process.HasExited)
            {
                _ = failure;
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            }
        }
    }

    public static Task RunAsync(string program, params string[] arguments) =>
        RunAsync(new Dictionary<string, string>(), program, arguments);

    private static async Task RunAsync(Dictionary<string, string> environment, string program, params string[] arguments)
    {
        var start = StartInfo(program, arguments);
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program}: {await error}{await output}");
    }

    // PostgreSQL refuses to run as root.
    private static ProcessStartInfo StartInfo(string program, params string[] arguments)
    {
        string[] asUser = Environment.IsPrivilegedProcess
            ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", program]
            : [program];
        return new ProcessStartInfo(asUser[0], [.. asUser[1..], .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
    }

    /// <summary>Makes the user whom the servers run as the owner of a folder.</summary>
    public static void Give(string folder)
    {
        if (Environment.IsPrivilegedProcess)
        {
            using var chown = Process.Start("chown", ["-R", "postgres:postgres", folder]);
            chown.WaitForExit();
        }
    }
}
