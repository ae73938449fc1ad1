using System.Diagnostics;

namespace RunAiDr.Tests.Support;

/// <summary>The real <c>git</c> in one folder, with a fixed identity and date, deaf to the configuration of this machine.</summary>
public sealed class GitProgram(string folder)
{
    public string Run(params string[] arguments) => Run([], arguments);

    /// <summary>Runs git with this input and gives its output; fails the test when git fails.</summary>
    public string Run(ReadOnlySpan<byte> input, params string[] arguments)
    {
        var (code, output, error) = Try(input, arguments);
        Assert.True(code == 0, $"git {string.Join(' ', arguments)} in {folder}: {error}{output}");
        return output;
    }

    public (int Code, string Output, string Error) Try(ReadOnlySpan<byte> input, params string[] arguments)
    {
        using var process = Process.Start(StartInfo(arguments))!;
        // On threads of the pool: awaited here, they would wait for the test runner's own two threads.
        var output = Task.Run(process.StandardOutput.ReadToEnd);
        var error = Task.Run(process.StandardError.ReadToEnd);
        process.StandardInput.BaseStream.Write(input);
        process.StandardInput.Close();
        process.WaitForExit();
        return (process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }

    public string[] Lines(params string[] arguments) =>
        Run(arguments).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Fails the test when anything in the repository is damaged or odd.</summary>
    public void AssertSound() => Assert.DoesNotContain(
        Run("fsck", "--strict", "--full").Split('\n'), line => line.Length > 0 && !line.StartsWith("dangling", StringComparison.Ordinal));

    private ProcessStartInfo StartInfo(string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["HOME"] = folder;
        start.Environment["XDG_CONFIG_HOME"] = folder;
        start.Environment["LC_ALL"] = "C";
        foreach (var who in (string[])["AUTHOR", "COMMITTER"])
        {
            start.Environment[$"GIT_{who}_NAME"] = "Test";
            start.Environment[$"GIT_{who}_EMAIL"] = "test@example.org";
            start.Environment[$"GIT_{who}_DATE"] = "2026-01-02T03:04:05Z";
        }

        return start;
    }
}
