using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using RunAiDr.Core;

namespace RunAiDr.Data.Postgres.External;

/// <summary>Asks <c>pgbackrest info</c> what backups and WAL a stanza holds.</summary>
internal sealed class PgBackRest(ExternalOptions options, string stanza, TimeProvider clock)
{
    private const int MostComplaint = 300;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <exception cref="RunAiDrException">The program or the stanza does not answer as it should.</exception>
    public async Task<PgBackRestStanza> InfoAsync(CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(Limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        using var process = Start();
        try
        {
            var complaints = process.StandardError.ReadToEndAsync(either.Token);
            var output = await process.StandardOutput.ReadToEndAsync(either.Token);
            await process.WaitForExitAsync(either.Token);
            return process.ExitCode == 0 ? Parse(output) : throw Failed($"ended with {process.ExitCode}: {Shortened(await complaints)}");
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw Failed($"gave no answer within {Limit.TotalMinutes} minutes");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    public RunAiDrException Failed(string what, string? remedy = null, Exception? inner = null) => new(
        Fault.Snapshot,
        $"pgBackRest, stanza {stanza}: {what}.",
        remedy ?? $"Run {options.PgBackRestProgram} info --stanza={stanza} by hand as the same user.",
        inner);

    private PgBackRestStanza Parse(string output)
    {
        PgBackRestStanza? found;
        try
        {
            found = JsonSerializer.Deserialize<List<PgBackRestStanza>>(output, PgBackRestStanza.Format)?.Find(one => one.Name == stanza);
        }
        catch (JsonException failure)
        {
            throw Failed("info did not print the JSON that it should", remedy: null, failure);
        }

        return found switch
        {
            null => throw Failed("is not known", "Correct the name of the stanza, or create it with stanza-create."),
            { Status.Code: PgBackRestStatus.Good or PgBackRestStatus.NoBackup } => found,
            { Status: var status } => throw Failed($"has status {status.Code}, {status.Message}"),
        };
    }

    private Process Start()
    {
        string[] config = options.PgBackRestConfig is { } file ? [$"--config={file}"] : [];
        var start = new ProcessStartInfo(
            options.PgBackRestProgram,
            ["info", $"--stanza={stanza}", "--output=json", "--log-level-console=off", "--log-level-stderr=error", "--log-level-file=off", .. config])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            return Process.Start(start) ?? throw new InvalidOperationException("No process was started.");
        }
        catch (Win32Exception failure)
        {
            throw Failed($"the program {options.PgBackRestProgram} cannot be started", "Install pgBackRest where runai-dr runs, or name the program.", failure);
        }
    }

    private static string Shortened(string complaint)
    {
        var line = string.Join(' ', complaint.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= MostComplaint ? line : line[..MostComplaint];
    }
}
