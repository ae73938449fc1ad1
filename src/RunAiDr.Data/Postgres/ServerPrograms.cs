using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using RunAiDr.Core;

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
        return versions.Concat(Dumps.Programs.Folders())
            .FirstOrDefault(folder => Array.TrueForAll(Needed, name => File.Exists(Path.Combine(folder, name)))) is { } found
                ? new ServerPrograms(found)
                : null;
    }

    /// <summary>Makes the server's user the owner of a folder.</summary>
    public static Task GiveAsync(string path, CancellationToken ct) => Environment.IsPrivilegedProcess
        ? RunAsync(new ProcessStartInfo("chown", ["-R", $"{User}:", path]), null, ct)
        : Task.CompletedTask;

    /// <exception cref="RunAiDrException">It failed.</exception>
    public Task RunAsync(
        string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, string input, CancellationToken ct)
    {
        var start = new ProcessStartInfo(Path.Combine(folder, program), arguments);
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return RunAsync(start, input, ct);
    }

    /// <exception cref="RunAiDrException">It failed.</exception>
    public Task RunAsServerAsync(string program, IReadOnlyList<string> arguments, CancellationToken ct) =>
        RunAsync(AsServer(program, arguments), null, ct);

    /// <summary>Returns once it accepts connections. It cannot be cancelled: the server would start nevertheless.</summary>
    /// <exception cref="RunAiDrException">It does not start.</exception>
    public async Task StartServerAsync(string data, string log, string options)
    {
        var start = AsServer("pg_ctl", ["start", "--wait", "--silent", "--pgdata", data, "--log", log, "--options", options]);
        (start.UseShellExecute, start.WorkingDirectory) = (false, "/");

        // A server keeps the output that it inherits open for as long as it lives, so nothing of it is read.
        using var process = Started(start);
        await process.WaitForExitAsync(CancellationToken.None);
        if (process.ExitCode != 0)
        {
            throw Failed(start, process.ExitCode, File.Exists(log) ? await File.ReadAllTextAsync(log, CancellationToken.None) : "");
        }
    }

    private ProcessStartInfo AsServer(string program, IReadOnlyList<string> arguments)
    {
        var path = Path.Combine(folder, program);
        return Environment.IsPrivilegedProcess
            ? new ProcessStartInfo("setpriv", [$"--reuid={User}", $"--regid={User}", "--clear-groups", path, .. arguments])
            : new ProcessStartInfo(path, arguments);
    }

    private static async Task RunAsync(ProcessStartInfo start, string? input, CancellationToken ct)
    {
        (start.UseShellExecute, start.WorkingDirectory) = (false, "/");
        (start.RedirectStandardInput, start.RedirectStandardError, start.RedirectStandardOutput) = (true, true, true);
        using var process = Started(start);
        await using var stop = ct.Register(() => process.Kill(entireProcessTree: true));
        var (output, error) = (process.StandardOutput.ReadToEndAsync(CancellationToken.None), process.StandardError.ReadToEndAsync(CancellationToken.None));
        try
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), CancellationToken.None);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended; its exit code tells.
        }

        await process.WaitForExitAsync(CancellationToken.None);
        await output;
        ct.ThrowIfCancellationRequested();
        if (process.ExitCode != 0)
        {
            throw Failed(start, process.ExitCode, await error);
        }
    }

    private static Process Started(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start");
        }
        catch (Win32Exception failure)
        {
            throw new RunAiDrException(Fault.Snapshot, $"{start.FileName} cannot be started.", "Check that it is there and that this user may run it.", failure);
        }
    }

    private static RunAiDrException Failed(ProcessStartInfo start, int code, string complaint) => new(
        Fault.Snapshot,
        string.Create(CultureInfo.InvariantCulture, $"{ProgramOf(start)} ended with exit code {code}: {Last(complaint)}"),
        "See that the temporary folder is writable and that the user postgres exists.");

    // Behind the program that changes the user.
    private static string ProgramOf(ProcessStartInfo start) =>
        start.ArgumentList.Prepend(start.FileName).FirstOrDefault(Path.IsPathRooted) ?? start.FileName;

    private static string Last(string complaint) => complaint.Trim() is { Length: > 1000 } text ? text[^1000..] : complaint.Trim();
}
