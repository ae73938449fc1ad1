using System.Globalization;

namespace RunAiDr.Tests.Support;

/// <summary>A PostgreSQL with the schema of Run:ai that archives its WAL with pgBackRest, and one full backup of it.</summary>
public sealed class ArchivingPostgres : IAsyncLifetime
{
    public const string Stanza = "main";

    private readonly string _folder = Directory.CreateTempSubdirectory("runai-dr-backrest-").FullName;
    private PostgresServer? _server;

    /// <summary>pgBackRest, run as the user who owns the data.</summary>
    public string Program => Path.Combine(_folder, "as-owner");

    public string Config => Path.Combine(_folder, "pgbackrest.conf");

    internal PostgresServer Server => _server ?? throw new InvalidOperationException("It is not started.");

    public async Task InitializeAsync()
    {
        PostgresServer.Give(_folder);
        _server = await PostgresServer.StartAsync(
            new Dictionary<string, string>
            {
                ["unix_socket_directories"] = $"'{_folder}'",
                ["archive_mode"] = "on",
                ["archive_command"] = $"'pgbackrest --config={Config} --stanza={Stanza} archive-push %p'",
            },
            Prepare);
        await WriteConfigAsync();
        await RunAsync("stanza-create");
        await RunAiSchema.CreateAsync(Server);
        await RunAsync("backup", "--type=full", "--start-fast");
    }

    public async Task DisposeAsync()
    {
        await Server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    internal Task RunAsync(string command, params string[] arguments) =>
        PostgresServer.RunAsync("pgbackrest", [$"--config={Config}", $"--stanza={Stanza}", command, .. arguments]);

    /// <summary>Restores the newest backup into a server that recovers as the given settings say.</summary>
    internal async Task<PostgresServer> RestoreAsync(string recoveryTarget)
    {
        var folder = Directory.CreateTempSubdirectory("runai-dr-postgres-").FullName;
        var data = Directory.CreateDirectory(Path.Combine(folder, "data")).FullName;
        PostgresServer.Give(folder);
        await RunAsync("restore", $"--pg1-path={data}", "--type=none");
        await File.AppendAllTextAsync(Path.Combine(data, "postgresql.conf"), $"\n{recoveryTarget}\n");
        await File.WriteAllTextAsync(Path.Combine(data, "recovery.signal"), "");
        PostgresServer.Give(folder);
        return await PostgresServer.StartExistingAsync(folder, new Dictionary<string, string>
        {
            ["archive_mode"] = "off",
            ["restore_command"] = $"'pgbackrest --config={Config} --stanza={Stanza} --pg1-path={data} archive-get %f \"%p\"'",
        });
    }

    private async Task WriteConfigAsync()
    {
        await File.WriteAllTextAsync(Config, string.Create(CultureInfo.InvariantCulture, $"""
            [global]
            repo1-path={_folder}/repository
            lock-path={_folder}/lock
            log-level-file=off
            log-level-console=off
            [{Stanza}]
            pg1-path={Server.DataDirectory}
            pg1-port={Server.Port}
            pg1-socket-path={_folder}
            pg1-user=postgres

            """));
        var asOwner = Environment.IsPrivilegedProcess ? "setpriv --reuid=postgres --regid=postgres --clear-groups " : "";
        await File.WriteAllTextAsync(Program, $"#!/bin/sh\nexec {asOwner}pgbackrest \"$@\"\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        PostgresServer.Give(_folder);
    }

    // pgBackRest comes over the socket, where the user of the system is trusted.
    private static void Prepare(string data) => File.WriteAllText(
        Path.Combine(data, "pg_hba.conf"),
        "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\nhost replication all 127.0.0.1/32 scram-sha-256\n");
}
