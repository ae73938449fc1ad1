using System.ComponentModel;
using System.Diagnostics;
using RunAiDr.Core.Secrets;

namespace RunAiDr.Git;

/// <summary>Runs the <c>git</c> program on a repository, deaf to configuration elsewhere.</summary>
internal sealed class GitCommand(string folder)
{
    /// <summary>Null when it succeeded, else what it printed about its failure.</summary>
    public async Task<string?> RunAsync(IReadOnlyList<string> arguments, CancellationToken ct)
    {
        using var process = Start(arguments);
        var errors = Complaints.ReadAsync(process.StandardError, ct);
        var output = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, ct);
        try
        {
            process.PriorityClass = ProcessPriorityClass.Idle;
        }
        catch (Exception failure) when (failure is Win32Exception or InvalidOperationException)
        {
            // It has ended already, or this user may not: it runs all the same.
        }

        try
        {
            await process.WaitForExitAsync(ct);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            throw;
        }

        await output;
        var printed = await errors;
        return process.ExitCode == 0 ? null : $"git {arguments[0]} ended with {process.ExitCode}: {printed.Trim()}";
    }

    /// <summary>Starts it; its output is read as it comes.</summary>
    public GitOutput Open(IReadOnlyList<string> arguments, CancellationToken ct) => new(Start(arguments), ct);

    private Process Start(IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo("git", ["-c", "gc.auto=0", "-c", "pack.threads=1", "-c", "safe.directory=*", .. arguments])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        ChildEnvironment.Reduce(start.Environment, []);
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["LC_ALL"] = "C";
        try
        {
            return Process.Start(start) ?? throw new InvalidOperationException("No process was started.");
        }
        catch (Win32Exception failure)
        {
            throw RemoteFault.NoProgram("git", failure);
        }
    }
}
