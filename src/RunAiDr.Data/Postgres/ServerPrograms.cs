using System.Globalization;
using System.Text;
using RunAiDr.Core;
using RunAiDr.Core.Resources;
using RunAiDr.Data.Dumps;

namespace RunAiDr.Data.Postgres;

/// <summary>The programs of a PostgreSQL server. It refuses to run as root, so root runs it as the user postgres.</summary>
/// <param name="folder">Where they are.</param>
internal sealed class ServerPrograms(string folder)
{
    private const string DebianFolder = "/usr/lib/postgresql";
    private const string User = "postgres";

    private static readonly string[] Needed = ["initdb", "pg_ctl", "psql"];

    /// <summary>The newest that are installed; null when there are none.</summary>
    public static ServerPrograms? Find()
    {
        var versions = !Directory.Exists(DebianFolder) ? [] : Directory.GetDirectories(DebianFolder)
            .Select(path => (Path: path, Number: int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var number) ? number : 0))
            .OrderByDescending(version => version.Number)
            .Select(version => Path.Combine(version.Path, "bin"));
        return versions.Concat(Programs.Folders())
            .FirstOrDefault(folder => Array.TrueForAll(Needed, name => File.Exists(Path.Combine(folder, name)))) is { } found
                ? new ServerPrograms(found)
                : null;
    }

    /// <summary>Makes the server's user the owner of a folder.</summary>
    public static Task GiveAsync(string path, CancellationToken ct) => Environment.IsPrivilegedProcess
        ? RunAsync(new ProgramCall("chown", ["-R", $"{User}:", path]), "", ct)
        : Task.CompletedTask;

    /// <summary>Runs a script of psql.</summary>
    /// <exception cref="RunAiDrException">It failed.</exception>
    public Task RunScriptAsync(PostgresOptions server, string password, string script, CancellationToken ct)
    {
        var call = new ProgramCall(Path.Combine(folder, "psql"), ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"])
        {
            Environment = LibpqEnvironment.For(server, password, server.User),
            Secret = password,
        };
        return RunAsync(call, script, ct);
    }

    /// <exception cref="RunAiDrException">It failed.</exception>
    public Task RunAsServerAsync(string program, IReadOnlyList<string> arguments, CancellationToken ct) =>
        RunAsync(AsServer(program, arguments), "", ct);

    /// <summary>Returns once it accepts connections. It cannot be cancelled: the server would start nevertheless.</summary>
    /// <exception cref="RunAiDrException">It does not start.</exception>
    public async Task StartServerAsync(string data, string log, string options)
    {
        // The server writes to the log only: output that it inherited would stay open for as long as it lives.
        string[] arguments = ["start", "--wait", "--silent", "--pgdata", data, "--log", log, "--options", options];
        try
        {
            await RunAsServerAsync("pg_ctl", arguments, CancellationToken.None);
        }
        catch (RunAiDrException failure) when (File.Exists(log))
        {
            var told = Visible.Text(Last(await File.ReadAllTextAsync(log, CancellationToken.None)));
            throw DumpFault.Of($"{failure.Message} {told}", failure.Remedy, failure);
        }
    }

    private ProgramCall AsServer(string program, IReadOnlyList<string> arguments)
    {
        var path = Path.Combine(folder, program);
        return Environment.IsPrivilegedProcess
            ? new ProgramCall("setpriv", [$"--reuid={User}", $"--regid={User}", "--clear-groups", path, .. arguments]) { Name = program }
            : new ProgramCall(path, arguments);
    }

    // The server's user may not be allowed to look into the folder of this process.
    private static async Task RunAsync(ProgramCall call, string input, CancellationToken ct)
    {
        await using var program = ChildProgram.Start(call with { Folder = "/" }, ct);
        var output = program.Output.CopyToAsync(Stream.Null, CancellationToken.None);
        try
        {
            await program.Input.WriteAsync(Encoding.UTF8.GetBytes(input), CancellationToken.None);
            program.Input.Close();
        }
        catch (IOException)
        {
            // It has ended; its exit code tells.
        }

        await output;
        if (await program.FailureAsync(ct) is { } failure)
        {
            throw DumpFault.Of(failure, "See that the temporary folder is writable and that the user postgres exists.");
        }
    }

    private static string Last(string complaint) => complaint.Trim() is { Length: > 1000 } text ? text[^1000..] : complaint.Trim();
}
