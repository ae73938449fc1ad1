using System.Globalization;
using System.Net;
using System.Net.Sockets;
using RunAiDr.Core;
using RunAiDr.Core.Secrets;

namespace RunAiDr.Data.Postgres;

/// <summary>
/// A PostgreSQL of our own on the loopback address, made by the newest programs that are installed and gone with its
/// owner. What a crash leaves of one is in nobody's way: each has a folder and a port of its own.
/// </summary>
public sealed class ScratchPostgres : IAsyncDisposable
{
    private const string Superuser = "postgres";
    private const int Attempts = 3;

    private readonly ServerPrograms _programs;
    private readonly SecretText _password;
    private readonly string _folder = Directory.CreateTempSubdirectory("runai-dr-scratch-postgres-").FullName; // for this user only

    private ScratchPostgres(ServerPrograms programs, SecretText password) => (_programs, _password) = (programs, password);

    public IPEndPoint Address { get; private set; } = new(IPAddress.Loopback, 0);

    private string Data => Path.Combine(_folder, "data");

    /// <summary>Whether this machine has the programs of a PostgreSQL server.</summary>
    public static bool IsInstalled => ServerPrograms.Find() is not null;

    /// <summary>Starts an empty one.</summary>
    /// <param name="password">Of its superuser <c>postgres</c>.</param>
    /// <param name="ct">Gives up; nothing of it is left then.</param>
    /// <exception cref="RunAiDrException">There are no programs, or they fail.</exception>
    public static async Task<ScratchPostgres> StartAsync(SecretText password, CancellationToken ct)
    {
        var programs = ServerPrograms.Find() ?? throw new RunAiDrException(
            Fault.Snapshot, "There are no programs of a PostgreSQL server on this machine.", "Install the Debian package postgresql, or initdb and pg_ctl on the PATH.");
        var server = new ScratchPostgres(programs, password);
        var started = false;
        try
        {
            await server.MakeAsync(ct);
            await server.StartAsync(ct);
            started = true;
            return server;
        }
        finally
        {
            if (!started)
            {
                await server.DisposeAsync();
            }
        }
    }

    /// <summary>How to connect to it as its superuser.</summary>
    public PostgresOptions Options(params string[] databases) => new()
    {
        Host = Address.Address.ToString(),
        Port = Address.Port,
        User = Superuser,
        Password = () => _password,
        Tls = PostgresTls.Disable,
        Databases = databases,
    };

    /// <summary>Runs a script of psql as its superuser.</summary>
    /// <exception cref="RunAiDrException">A statement failed.</exception>
    public Task RunScriptAsync(string script, CancellationToken ct) =>
        _programs.RunScriptAsync(Options(), _password.Reveal(), script, ct);

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(Path.Combine(Data, "postmaster.pid")))
        {
            try
            {
                await _programs.RunAsServerAsync("pg_ctl", ["stop", "--pgdata", Data, "--mode=immediate"], CancellationToken.None);
            }
            catch (RunAiDrException)
            {
                // It has ended by itself; what it leaves goes now.
            }
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task MakeAsync(CancellationToken ct)
    {
        var passwordFile = Path.Combine(_folder, "password");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using (var file = new StreamWriter(passwordFile, options))
        {
            await file.WriteAsync(_password.Reveal());
        }

        await ServerPrograms.GiveAsync(_folder, ct);
        string[] cluster = [$"--username={Superuser}", $"--pwfile={passwordFile}", "--encoding=UTF8", "--locale=C.UTF-8", "--pgdata", Data];
        await _programs.RunAsServerAsync("initdb", ["--no-sync", "--auth=scram-sha-256", .. cluster], ct);
        File.Delete(passwordFile);
    }

    // Somebody may take a free port before the server does.
    private async Task StartAsync(CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            ct.ThrowIfCancellationRequested();
            Address = new IPEndPoint(IPAddress.Loopback, FreePort());
            try
            {
                await _programs.StartServerAsync(Data, Path.Combine(_folder, "log"), string.Create(
                    CultureInfo.InvariantCulture, $"-c port={Address.Port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"));
                ct.ThrowIfCancellationRequested();
                return;
            }
            catch (RunAiDrException) when (attempt < Attempts)
            {
                // Another port, then.
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
