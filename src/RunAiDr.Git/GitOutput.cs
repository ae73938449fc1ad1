using System.Diagnostics;
using System.Text;
using RunAiDr.Core;
using RunAiDr.Core.Resources;

namespace RunAiDr.Git;

/// <summary>What a running <c>git</c> prints, read as it comes. Disposing it ends a git that still runs.</summary>
internal sealed class GitOutput : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;
    private readonly CancellationTokenRegistration _stop;
    private readonly CancellationToken _ct;

    public GitOutput(Process process, CancellationToken ct)
    {
        (_process, _ct) = (process, ct);
        _errors = Complaints.ReadAsync(process.StandardError, CancellationToken.None);
        _stop = ct.Register(Kill);
    }

    /// <summary>The texts that end with NUL; a byte that is not UTF-8 becomes U+FFFD.</summary>
    /// <exception cref="OperationCanceledException">The caller does not want them any more.</exception>
    public IEnumerable<string> Texts()
    {
        using var reader = new StreamReader(_process.StandardOutput.BaseStream, Encoding.UTF8, detectEncodingFromByteOrderMarks: false);
        var text = new StringBuilder();
        var part = new char[32 * 1024];
        for (var count = reader.Read(part); count > 0; count = reader.Read(part))
        {
            _ct.ThrowIfCancellationRequested();
            var rest = part.AsMemory(0, count);
            for (var end = rest.Span.IndexOf('\0'); end >= 0; end = rest.Span.IndexOf('\0'))
            {
                yield return text.Append(rest.Span[..end]).ToString();
                text.Clear();
                rest = rest[(end + 1)..];
            }

            text.Append(rest.Span);
        }

        _ct.ThrowIfCancellationRequested();
    }

    /// <summary>Waits for the end.</summary>
    /// <exception cref="RunAiDrException">git failed.</exception>
    public void Finish()
    {
        _process.WaitForExit();
        _ct.ThrowIfCancellationRequested();
        if (_process.ExitCode != 0)
        {
            throw new RunAiDrException(
                Fault.Repository,
                $"git cannot read the repository {_process.StartInfo.WorkingDirectory}: {Visible.Text(_errors.GetAwaiter().GetResult().Trim())}",
                "Run `git fsck` there; repair it, or clone it again from a copy.");
        }
    }

    public void Dispose()
    {
        _stop.Dispose();
        Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended already.
        }
    }
}
