using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using RunAiDr.Core;

namespace RunAiDr.Sandbox.Envtest;

/// <summary>One program in the background; the end of what it printed is kept to explain why it ended.</summary>
internal sealed class BackgroundProgram : IAsyncDisposable
{
    private const int LinesKept = 30;

    private readonly Process _process;
    private readonly string _remedy;
    private readonly Queue<string> _printed = new();

    private BackgroundProgram(Process process, string remedy)
    {
        (_process, _remedy) = (process, remedy);
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <param name="program">Its path, or its name on the PATH.</param>
    /// <param name="arguments">No secret: everybody on this machine can read them.</param>
    /// <param name="remedy">What an operator does when it does not start.</param>
    /// <exception cref="RunAiDrException">There is no such program.</exception>
    public static BackgroundProgram Start(string program, string[] arguments, string remedy)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            return new BackgroundProgram(Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start"), remedy);
        }
        catch (Win32Exception failure)
        {
            throw new RunAiDrException(Fault.Configuration, $"{program} cannot be started: {failure.Message}", remedy, failure);
        }
    }

    /// <exception cref="RunAiDrException">It has ended; the message holds the last lines of its output.</exception>
    public void ThrowIfEnded()
    {
        if (_process.HasExited)
        {
            throw new RunAiDrException(
                Fault.Configuration,
                string.Create(CultureInfo.InvariantCulture, $"{_process.StartInfo.FileName} ended with exit code {_process.ExitCode}: {Printed()}"),
                _remedy);
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
