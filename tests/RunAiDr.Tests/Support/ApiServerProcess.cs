using System.Diagnostics;

namespace RunAiDr.Tests.Support;

/// <summary>One program in the background; the end of what it printed is kept to explain why it ended.</summary>
internal sealed class ApiServerProcess : IAsyncDisposable
{
    private const int LinesKept = 30;

    private readonly Process _process;
    private readonly Queue<string> _printed = new();

    private ApiServerProcess(Process process)
    {
        _process = process;
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public static ApiServerProcess Start(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new ApiServerProcess(Process.Start(start)!);
    }

    public void ThrowIfEnded()
    {
        if (_process.HasExited)
        {
            throw new InvalidOperationException($"{_process.StartInfo.FileName} ended with {_process.ExitCode}: {Printed()}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Its data goes too, so there is nothing to end gently.
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_printed)
        {
            _printed.Enqueue(line);
            if (_printed.Count > LinesKept)
            {
                _printed.Dequeue();
            }
        }
    }

    private string Printed()
    {
        lock (_printed)
        {
            return string.Join('\n', _printed);
        }
    }
}
