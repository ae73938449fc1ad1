using System.Diagnostics;
using RunAiDr.Core;

namespace RunAiDr.Cluster.Connections;

/// <summary>
/// Runs a credential plugin. What it prints may hold a token, so neither its output nor its complaints reach an error
/// message.
/// </summary>
internal static class ExecRun
{
    private const int MostOutput = 1024 * 1024;
    private const string OurOwn = "RUNAI_DR_";

    public static async Task<byte[]> OutputAsync(ExecPlugin plugin, TimeProvider clock, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(plugin.Limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        using var process = Start(plugin);
        try
        {
            process.StandardInput.Close();
            var complaints = process.StandardError.BaseStream.CopyToAsync(Stream.Null, either.Token);
            var output = await ReadAsync(process.StandardOutput.BaseStream, plugin, either.Token);
            await complaints;
            await process.WaitForExitAsync(either.Token);
            return process.ExitCode == 0 ? output : throw Ended(plugin, process.ExitCode);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw Failure(plugin, $"gave no answer within {plugin.Limit.TotalSeconds:0.#} s", "Run it by hand; it may wait for input.");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    public static RunAiDrException Failure(ExecPlugin plugin, string what, string remedy) =>
        new(Fault.Configuration, $"{plugin.Where}: the credential plugin {plugin.Command} {what}", remedy);

    private static Process Start(ExecPlugin plugin)
    {
        var start = ChildProgram.StartInfo(plugin.Command, plugin.Arguments);

        // As kubectl does it, a plugin gets the environment: nobody knows what it looks for there. What is ours it does not.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith(OurOwn, StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in plugin.Environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["KUBERNETES_EXEC_INFO"] = plugin.Info;
        return Process.Start(start) ?? throw Failure(plugin, "could not be started", "Run it by hand.");
    }

    private static async Task<byte[]> ReadAsync(Stream output, ExecPlugin plugin, CancellationToken ct)
    {
        using var read = new MemoryStream();
        var part = new byte[16 * 1024];
        int count;
        while ((count = await output.ReadAsync(part, ct)) > 0)
        {
            if (read.Length + count > MostOutput)
            {
                throw Failure(plugin, $"printed more than {MostOutput} bytes", "Run it by hand and see what it prints.");
            }

            read.Write(part, 0, count);
        }

        return read.ToArray();
    }

    private static RunAiDrException Ended(ExecPlugin plugin, int code) => code is ChildProgram.NotFound or ChildProgram.NotExecutable
        ? Failure(plugin, "is not installed or may not be run", plugin.InstallHint ?? "Install it, or add its folder to PATH.")
        : Failure(plugin, $"failed with exit code {code}", "Run it by hand to see why; its output is not shown here as it may hold a token.");
}
