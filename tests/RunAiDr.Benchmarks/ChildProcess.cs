using System.Diagnostics;
using System.Globalization;

namespace RunAiDr.Benchmarks;

/// <summary>One run of another program: how long it took and, of Linux, how much memory it had at most.</summary>
internal sealed record ChildProcess(TimeSpan Elapsed, long PeakBytes, string Output)
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(20);

    private const string Published = "artifacts/publish/runai-dr.dll";

    /// <summary>The program that is measured, for <c>dotnet</c>: as users have it, otherwise the one that was built.</summary>
    public static string RunAiDr { get; } = File.Exists(Published) ? Path.GetFullPath(Published) : Path.Combine(AppContext.BaseDirectory, "runai-dr.dll");

    /// <exception cref="InvalidOperationException">The program did not end with exit code 0.</exception>
    public static async Task<ChildProcess> RunAsync(string program, IEnumerable<string> arguments, CancellationToken ct)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var started = Stopwatch.GetTimestamp();
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        var (output, error) = (process.StandardOutput.ReadToEndAsync(ct), process.StandardError.ReadToEndAsync(ct));
        var peak = WatchMemoryAsync(process, ct);
        await process.WaitForExitAsync(ct);
        var elapsed = Stopwatch.GetElapsedTime(started);
        return process.ExitCode == 0
            ? new ChildProcess(elapsed, await peak, await output)
            : throw new InvalidOperationException(
                $"{program} {string.Join(' ', start.ArgumentList)} ended with {process.ExitCode}: {await error}{await output}");
    }

    /// <summary>A line of <c>/proc/…/status</c> in bytes, 0 when the process is gone.</summary>
    public static long Memory(int process, string line)
    {
        try
        {
            var found = File.ReadLines($"/proc/{process}/status")
                .FirstOrDefault(text => text.StartsWith(line, StringComparison.Ordinal));
            return found is null ? 0 : long.Parse(found[line.Length..^"kB".Length], CultureInfo.InvariantCulture) * 1024;
        }
        catch (IOException)
        {
            return 0; // it has just ended
        }
    }

    // The high-water mark only rises, and is gone with the process: the last glance has it.
    private static async Task<long> WatchMemoryAsync(Process process, CancellationToken ct)
    {
        var peak = 0L;
        while (!process.HasExited)
        {
            peak = Math.Max(peak, Memory(process.Id, "VmHWM:"));
            await Task.Delay(Glance, TimeProvider.System, ct);
        }

        return peak;
    }
}
