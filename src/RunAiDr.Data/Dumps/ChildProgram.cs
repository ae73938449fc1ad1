using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using RunAiDr.Core;
using RunAiDr.Core.Resources;

namespace RunAiDr.Data.Dumps;

/// <summary>A running program that is killed when its owner stops or lets go of it.</summary>
internal sealed class ChildProgram : IAsyncDisposable
{
    private const int LongestComplaint = 2000;

    // Neither the service's own secrets nor what would lead libpq elsewhere is for the programs.
    private static readonly string[] Inherited = ["PATH", "HOME", "LD_LIBRARY_PATH"];

    private readonly ProgramCall _call;
    private readonly Process _process;
    private readonly Task<string> _complaints;
    private readonly CancellationTokenRegistration _stop;

    private ChildProgram(ProgramCall call, Process process, CancellationToken stop)
    {
        (_call, _process) = (call, process);
        _complaints = ReadEndAsync(process.StandardError, call.ShownPrefix);

        // Reading from a pipe does not end with a token, but it does with the program on the other side.
        _stop = stop.Register(Kill);
    }

    public string Name => _call.Name;

    public Stream Input => _process.StandardInput.BaseStream;

    public Stream Output => _process.StandardOutput.BaseStream;

    /// <param name="call">What to start.</param>
    /// <param name="stop">Kills it.</param>
    /// <exception cref="RunAiDrException">It cannot be started.</exception>
    public static ChildProgram Start(ProgramCall call, CancellationToken stop)
    {
        var start = new ProcessStartInfo(call.Program, call.Arguments)
        {
            UseShellExecute = false,
            WorkingDirectory = call.Folder ?? "",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Except(Inherited, StringComparer.Ordinal)
            .Where(name => !call.Inherits.Any(beginning => name.StartsWith(beginning, StringComparison.Ordinal))).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["LC_ALL"] = "C";
        foreach (var (name, value) in call.Environment)
        {
            start.Environment[name] = value;
        }

        try
        {
            var process = Process.Start(start) ?? throw new InvalidOperationException("No process was started.");
            return new ChildProgram(call, process, stop);
        }
        catch (Win32Exception failure)
        {
            throw DumpFault.Of($"{call.Program} cannot be started.", "Check that it is there and that this user may run it.", failure);
        }
    }

    /// <summary>What it prints, at most <paramref name="most"/> characters of it.</summary>
    /// <exception cref="RunAiDrException">It failed.</exception>
    public static async Task<string> OutputAsync(ProgramCall call, int most, CancellationToken ct)
    {
        await using var program = Start(call, ct);
        program.Input.Close();
        using var reader = new StreamReader(program.Output);
        var text = new char[most];
        var length = await reader.ReadBlockAsync(text, CancellationToken.None);
        ct.ThrowIfCancellationRequested();
        await reader.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
        return await program.FailureAsync(ct) is { } failure
            ? throw DumpFault.Of(failure, "Run it by hand to see why.")
            : new string(text, 0, length);
    }

    /// <summary>Waits for its end: null when it succeeded, else its exit code and the last it complained of.</summary>
    public async Task<string?> FailureAsync(CancellationToken ct)
    {
        await _process.WaitForExitAsync(CancellationToken.None);
        var complaints = await _complaints;
        ct.ThrowIfCancellationRequested();
        return _process.ExitCode == 0
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"{_call.Name} ended with exit code {_process.ExitCode}: {Shown(complaints)}.");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.DisposeAsync();
        Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        await _complaints;
        _process.Dispose();
    }

    public void Kill()
    {
        try
        {
            if (!_process.HasExited)
            {
                _process.Kill(entireProcessTree: true);
            }
        }
        catch (Exception failure) when (failure is InvalidOperationException or Win32Exception)
        {
            // It has ended.
        }
    }

    private string Shown(string complaints)
    {
        var masked = _call.Secret is { Length: > 0 } secret
            ? complaints.Replace(secret, "[secret]", StringComparison.Ordinal)
            : complaints;
        var last = masked.Length > LongestComplaint ? masked[^LongestComplaint..] : masked;
        var lines = last.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Length == 0 ? "it did not say why" : Visible.Text(string.Join("; ", lines)).TrimEnd('.');
    }

    // Twice what is shown is kept, so that a secret is not cut before it can be taken out.
    private static async Task<string> ReadEndAsync(StreamReader errors, string? prefix)
    {
        var end = "";
        while (prefix is not null && await errors.ReadLineAsync(CancellationToken.None) is { } line)
        {
            end = line.StartsWith(prefix, StringComparison.Ordinal) ? Ended($"{end}{line}\n") : end;
        }

        var part = new char[LongestComplaint];
        int count;
        while ((count = await errors.ReadAsync(part, CancellationToken.None)) > 0)
        {
            end = Ended(end + new string(part, 0, count));
        }

        return end;

        static string Ended(string text) => text.Length > 2 * LongestComplaint ? text[^(2 * LongestComplaint)..] : text;
    }
}
