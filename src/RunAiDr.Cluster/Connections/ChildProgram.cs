using System.Diagnostics;
using System.Runtime.InteropServices;

namespace RunAiDr.Cluster.Connections;

/// <summary>Starts other programs, and asks them to end.</summary>
internal static partial class ChildProgram
{
    public const int NotFound = 127; // as env and shells say it
    public const int NotExecutable = 126;

    private const int Sigterm = 15;

    /// <summary>A program of PATH, or a path with a slash, with all three streams redirected.</summary>
    public static ProcessStartInfo StartInfo(string program, IEnumerable<string> arguments)
    {
        // env looks the name up in PATH only; .NET would also try the current folder. It becomes the program: same id.
        var start = new ProcessStartInfo("/usr/bin/env")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.ArgumentList.Add("--");
        start.ArgumentList.Add(program);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return start;
    }

    /// <summary>Asks a process to end (SIGTERM), and kills it with its children when it has not after a while.</summary>
    public static async Task EndAsync(Process process, TimeSpan patience, TimeProvider clock)
    {
        if (process.HasExited)
        {
            return;
        }

        _ = Signal(process.Id, Sigterm);
        using var limit = new CancellationTokenSource(patience, clock);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Signal(int process, int signal);
}
