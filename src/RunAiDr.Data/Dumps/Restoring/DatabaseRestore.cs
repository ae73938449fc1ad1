using Npgsql;
using RunAiDr.Core;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Data.Dumps.Restoring;

/// <summary>
/// Restores one database beside the one that it replaces, which stays in use until the new one is proven equal to what was
/// saved. Nothing that fails or breaks off before changes it.
/// </summary>
internal sealed class DatabaseRestore(RestoreTarget target, DumpArchives archives, DumpTools tools, DumpProgress progress, TimeProvider clock)
{
    private const int ForcedSince = 13; // DROP DATABASE … WITH (FORCE)

    // The server is to notice within a minute that whoever holds the lock is gone, even with his machine.
    private const string Lock = """
        SELECT pg_try_advisory_lock(hashtext('runai-dr ' || $1))
        FROM (SELECT set_config('tcp_keepalives_idle', '30', false), set_config('tcp_keepalives_interval', '10', false), set_config('tcp_keepalives_count', '3', false)) limits
        """;

    /// <summary>Puts it in place. Returns what an operator should know besides.</summary>
    /// <param name="work">What to restore.</param>
    /// <param name="names">Names on the way.</param>
    /// <param name="ct">Gives up; what was there before is there then.</param>
    /// <exception cref="RunAiDrException">It failed; what was there before is there.</exception>
    public async Task<IReadOnlyList<string>> RunAsync(DatabaseWork work, RestoreNames names, CancellationToken ct)
    {
        var notes = new List<string>();
        await using var guard = await OpenAsync(names, ct);
        await DropAsync(guard, names.Fresh, ct);
        var done = false;
        try
        {
            await MakeAsync(guard, work, names, notes, ct);
            await FillAsync(work, names, guard.PostgreSqlVersion, ct);
            await ProveAsync(work, names, ct);
            progress.Begin($"{names.Name}: putting in place");

            // The session that holds the lock has rested for as long as all that took, and a wire may have been cut for it.
            await using var session = await target.OpenAsync(names.Name, ct);
            await SwapAsync(session, work, names, ct);
            done = true;
            await LeaveBehindAsync(session, names, notes, ct);
        }
        finally
        {
            if (!done)
            {
                await ForgetAsync(names);
            }
        }

        return notes;
    }

    /// <summary>Drops what an interrupted run has left beside a database that is as it should be.</summary>
    /// <exception cref="RunAiDrException">It failed.</exception>
    public async Task TidyAsync(RestoreNames names, CancellationToken ct)
    {
        await using var session = await OpenAsync(names, ct);
        await DropAsync(session, names.Fresh, ct);
        await DropAsync(session, names.Before, ct);
    }

    // Two runs at once would drop each other's work. The lock goes with the session.
    private async Task<NpgsqlConnection> OpenAsync(RestoreNames names, CancellationToken ct)
    {
        var session = await target.OpenAsync(names.Name, ct);
        var locked = false;
        try
        {
            locked = await target.RunAsync(session, async () =>
            {
                await using var command = new NpgsqlCommand(Lock, session)
                {
                    Parameters = { new() { Value = names.Name } },
                };
                return await command.ExecuteScalarAsync(ct) is true;
            });
            return locked
                ? session
                : throw DumpFault.Of($"{target.Where}: another restore of {names.Name} is running.", "Wait for its end, or end it.");
        }
        finally
        {
            if (!locked)
            {
                await session.DisposeAsync();
            }
        }
    }

    private async Task MakeAsync(NpgsqlConnection session, DatabaseWork work, RestoreNames names, List<string> notes, CancellationToken ct)
    {
        progress.Begin($"{names.Name}: creating");
        var script = await archives.AskAsync(work.File, DatabaseDefinition.Call(tools), ct);
        var definition = DatabaseDefinition.Of(script, names.Name);
        if (!definition.IsThere)
        {
            throw DumpFault.Of($"{work.File.Name} does not say how database {names.Name} is made.", "Choose another restore point.");
        }

        foreach (var (sql, shown, needed) in definition.For(names.Fresh))
        {
            try
            {
                await target.RunAsync(session, sql, ct);
            }
            catch (RunAiDrException fault) when (!needed && fault.InnerException is PostgresException refusal)
            {
                notes.Add($"{shown}: {refusal.MessageText} ({refusal.SqlState})");
            }
        }
    }

    private async Task FillAsync(DatabaseWork work, RestoreNames names, Version server, CancellationToken ct)
    {
        progress.Begin($"{names.Name}: restoring", work.File.Bytes);
        string[] connection = ["--no-password", $"--dbname={LibpqEnvironment.ConnectionText(names.Fresh)}"];
        if (!tools.SetsTooMuchFor(server))
        {
            await archives.ReadAsync(work.File, Call(tools.Restore, ["--exit-on-error", .. connection], "pg_restore: ", names), null, ct);
            return;
        }

        string[] strict = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null"];
        var script = new ProgramCall(tools.Restore, ["--format=custom", "--file=-"]);
        await archives.ReadAsync(work.File, Call(tools.Psql, [.. strict, .. connection], "psql:", names), script, ct);
    }

    private ProgramCall Call(string program, IReadOnlyList<string> arguments, string shown, RestoreNames names)
    {
        var password = target.Options.Password?.Invoke()?.Reveal();
        return new ProgramCall(program, arguments)
        {
            Environment = LibpqEnvironment.For(target.Options, password, names.Fresh),
            Secret = password,
            ShownPrefix = shown,
        };
    }

    private async Task ProveAsync(DatabaseWork work, RestoreNames names, CancellationToken ct)
    {
        progress.Begin($"{names.Name}: comparing");
        var live = await target.FingerprintAsync(names.Fresh, ct);
        if (RestoredContent.Defects(work.Saved, work.Expected, live) is { Count: > 0 } defects)
        {
            throw DumpFault.Of(
                $"What was restored of {names.Name} is not what was saved: {RestoredContent.Text(defects)}.",
                "See whether roles, extensions and locales of the old server are on this one, and restore again.");
        }
    }

    private async Task SwapAsync(NpgsqlConnection session, DatabaseWork work, RestoreNames names, CancellationToken ct)
    {
        if (work.Existing is { HalfDropped: true })
        {
            // Nobody can connect to it, and it cannot be renamed.
            await DropAsync(session, names.Name, ct);
        }

        var replaces = work.Existing is { HalfDropped: false };
        if (replaces)
        {
            // An earlier run put another one in place, and could not drop what had been there.
            await DropAsync(session, names.Before, ct);
        }

        await new DatabaseSwap(target, session, clock).RunAsync(names, replaces, ct);
    }

    private async Task LeaveBehindAsync(NpgsqlConnection session, RestoreNames names, List<string> notes, CancellationToken ct)
    {
        try
        {
            await DropAsync(session, names.Before, ct);
        }
        catch (RunAiDrException fault)
        {
            notes.Add($"{names.Before}, which {names.Name} was before, is still there: {fault.Message} Drop it when it is not needed.");
        }
    }

    private async Task DropAsync(NpgsqlConnection session, string name, CancellationToken ct)
    {
        var force = session.PostgreSqlVersion.Major >= ForcedSince ? " WITH (FORCE)" : "";
        if (await IsTemplateAsync(session, name, ct) is true)
        {
            await target.RunAsync(session, $"ALTER DATABASE {SqlText.Quoted(name)} IS_TEMPLATE false", ct);
        }

        await target.RunAsync(session, $"DROP DATABASE IF EXISTS {SqlText.Quoted(name)}{force}", ct);
    }

    private Task<object?> IsTemplateAsync(NpgsqlConnection session, string name, CancellationToken ct) => target.RunAsync(session, async () =>
    {
        await using var command = new NpgsqlCommand("SELECT datistemplate FROM pg_database WHERE datname = $1", session)
        {
            Parameters = { new() { Value = name } },
        };
        return await command.ExecuteScalarAsync(ct);
    });

    // The session may be broken, and the token cancelled. What cannot be dropped now is found by the next run.
    private async Task ForgetAsync(RestoreNames names)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30), clock);
        try
        {
            await using var session = await target.OpenAsync(names.Name, limit.Token);
            await DropAsync(session, names.Fresh, limit.Token);
        }
        catch (Exception failure) when (failure is RunAiDrException or OperationCanceledException)
        {
            // The failure that led here is the one to tell.
        }
    }
}

/// <summary>One database to restore.</summary>
/// <param name="Saved">The whole fingerprint.</param>
/// <param name="Expected">What of it this database is.</param>
/// <param name="File">Its dump.</param>
/// <param name="Existing">What has its name now; null when nothing has.</param>
internal sealed record DatabaseWork(DatabaseFingerprint Saved, DatabaseContent Expected, DumpFile File, ExistingDatabase? Existing);
