using System.Collections;
using System.ComponentModel;
using System.Text.Json;
using RunAiDr.Core;
using RunAiDr.Data.Dumps;

namespace RunAiDr.Data.Postgres.External;

/// <summary>Asks <c>pgbackrest info</c> what backups and WAL a stanza holds.</summary>
internal sealed class PgBackRest(ExternalOptions options, string stanza, TimeProvider clock)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <exception cref="RunAiDrException">The program or the stanza does not answer as it should.</exception>
    public async Task<PgBackRestStanza> InfoAsync(CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(Limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            await using var program = Start(either.Token);
            program.Input.Close();
            using var reader = new StreamReader(program.Output);
            var output = await reader.ReadToEndAsync(CancellationToken.None);
            return await program.FailureAsync(either.Token) is { } failure ? throw Failed(failure.TrimEnd('.')) : Parse(output);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw Failed($"gave no answer within {Limit.TotalMinutes} minutes");
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

    private ChildProgram Start(CancellationToken ct)
    {
        string[] config = options.PgBackRestConfig is { } file ? [$"--config={file}"] : [];
        var call = new ProgramCall(
            options.PgBackRestProgram,
            ["info", $"--stanza={stanza}", "--output=json", "--log-level-console=off", "--log-level-stderr=error", "--log-level-file=off", .. config])
        {
            Environment = Settings(),
        };
        try
        {
            return ChildProgram.Start(call, ct);
        }
        catch (RunAiDrException failure) when (failure.InnerException is Win32Exception)
        {
            throw Failed($"the program {options.PgBackRestProgram} cannot be started", "Install pgBackRest where runai-dr runs, or name the program.", failure);
        }
    }

    // Each option of pgBackRest may be set by a variable, also where its repository is.
    private static Dictionary<string, string> Settings() => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .Where(variable => variable.Key is string name && name.StartsWith("PGBACKREST_", StringComparison.Ordinal))
        .ToDictionary(variable => (string)variable.Key, variable => variable.Value as string ?? "");
}
