using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using RunAiDr.Core;
using RunAiDr.Core.Secrets;

namespace RunAiDr.Git.Signing;

/// <summary>One run of a program that signs or checks: its input is written, its output read within bounds.</summary>
internal static class SigningProgram
{
    private const int MostPrinted = 1 << 20;

    // Of the programs that sign, and what their callers set.
    private static readonly string[] Kept =
        ["SSH_AUTH_SOCK", "SSH_ASKPASS", "SSH_ASKPASS_REQUIRE", ObjectSigner.PassphraseFileVariable, "GNUPGHOME", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_GLOBAL", "GIT_NO_REPLACE_OBJECTS"];

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <exception cref="RunAiDrException">It is not there, hangs, or prints without end.</exception>
    public static ProgramEnd Run(ProcessStartInfo start, ReadOnlyMemory<byte> input)
    {
        start.UseShellExecute = false;
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        ChildEnvironment.Reduce(start.Environment, Kept);
        start.Environment["LC_ALL"] = "C";
        using var process = Start(start);
        var feeding = Task.Run(() => Feed(process.StandardInput.BaseStream, input));
        var output = Task.Run(() => Read(process.StandardOutput));
        var errors = Task.Run(() => Read(process.StandardError));
        if (Task.WaitAll([feeding, output, errors], Limit) && output.Result is { } printed && errors.Result is { } told && process.WaitForExit(Limit))
        {
            return new ProgramEnd(process.ExitCode, printed, told);
        }

        process.Kill(entireProcessTree: true);
        throw new RunAiDrException(
            Fault.Repository, $"{start.FileName} did not end within {Limit.TotalSeconds:0} s, or printed without end.", $"Find out what {start.FileName} waits for, then try again.");
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new InvalidOperationException("No process was started.");
        }
        catch (Win32Exception failure)
        {
            throw RemoteFault.NoProgram(start.FileName, failure);
        }
    }

    private static void Feed(Stream program, ReadOnlyMemory<byte> input)
    {
        try
        {
            program.Write(input.Span);
            program.Close();
        }
        catch (IOException)
        {
            // It ended before it had read everything; its exit code tells why.
        }
    }

    /// <summary>Null when it is too much.</summary>
    private static string? Read(StreamReader reader)
    {
        var (text, block) = (new StringBuilder(), new char[4096]);
        while (reader.Read(block) is > 0 and var count)
        {
            if (text.Length + count > MostPrinted)
            {
                return null;
            }

            text.Append(block, 0, count);
        }

        return text.ToString();
    }
}

/// <summary>How a program ended and what it printed.</summary>
internal sealed record ProgramEnd(int ExitCode, string Output, string Errors);
