using System.ComponentModel;
using System.Diagnostics;

namespace RunAiDr.Tests.Support;

/// <summary>Real programs of PATH. One that is missing fails the test: what it would prove is not proven then.</summary>
internal static class EndToEndPrograms
{
    public static async Task<Ended> RunAsync(
        string folder, IReadOnlyDictionary<string, string> environment, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Start(start);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new Ended(process.ExitCode, await output, await error);
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception failure)
        {
            throw new InvalidOperationException(
                $"The test needs {start.FileName} on PATH: {failure.Message} `build/build.sh Test` installs it.", failure);
        }
    }
}
