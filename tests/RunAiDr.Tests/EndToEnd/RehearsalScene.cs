using System.Diagnostics;
using System.Globalization;
using System.Text;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.EndToEnd;

/// <summary>runai-dr as a process with a temporary folder of its own, so that what it leaves there is seen.</summary>
internal sealed class RehearsalScene(EndToEndWorkspace workspace) : IDisposable
{
    private readonly TestDirectory _temporary = Accessible();

    public async Task<Ended> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return new Ended(process.ExitCode, await output, await error);
    }

    /// <summary>Ends it, as a stop does, as soon as it has begun to make something, and gives the exit code.</summary>
    public async Task<int> InterruptAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        while (!process.HasExited && !Left().Any(path => path.EndsWith("postmaster.pid", StringComparison.Ordinal)))
        {
            await Task.Delay(20, CancellationToken.None);
        }

        using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        await process.WaitForExitAsync();
        _ = (await output, await error);
        return process.ExitCode;
    }

    public void AssertNothingLeft()
    {
        Assert.DoesNotContain(Left(), path => path.Contains("runai-dr-", StringComparison.Ordinal));
        Assert.DoesNotContain(Directory.EnumerateDirectories("/proc"), IsOurs);
    }

    public void Dispose() => _temporary.Dispose();

    private static TestDirectory Accessible()
    {
        var folder = new TestDirectory();
        TestDirectory.LetPass(folder.Path);
        return folder;
    }

    private Process Start(string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "runai-dr.dll"), .. arguments])
        {
            WorkingDirectory = workspace.Path,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["HOME"] = workspace.Path;
        start.Environment["TMPDIR"] = _temporary.Path;
        start.Environment.Remove("KUBEBUILDER_ASSETS");
        return Process.Start(start)!;
    }

    private string[] Left() => Directory.GetFileSystemEntries(
        _temporary.Path, "*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true });

    private bool IsOurs(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"), Encoding.Latin1).Contains(_temporary.Path, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false; // no process, or one that has just ended
        }
    }
}
