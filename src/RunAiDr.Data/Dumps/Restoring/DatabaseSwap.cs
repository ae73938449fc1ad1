using Npgsql;
using RunAiDr.Core;
using RunAiDr.Data.Postgres;

namespace RunAiDr.Data.Dumps.Restoring;

/// <summary>
/// Gives a restored database its name, and what had the name until then another one, in one transaction: whatever breaks
/// meanwhile, the name leads to one of the two.
/// </summary>
internal sealed class DatabaseSwap(RestoreTarget target, NpgsqlConnection session, TimeProvider clock)
{
    // The server waits five seconds for sessions to end; nobody can connect meanwhile.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <exception cref="RunAiDrException">It did not happen: everything is as it was.</exception>
    public async Task RunAsync(RestoreNames names, bool replaces, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await OnceAsync(names, replaces, ct);
                return;
            }
            catch (RunAiDrException fault) when (RestoreTarget.IsInUse(fault) && attempt < RestoreTarget.Attempts)
            {
                // Somebody was quicker.
            }
            catch (RunAiDrException fault) when (RestoreTarget.IsInUse(fault))
            {
                throw DumpFault.Of(
                    $"{target.Where}: database {names.Name} is in use by sessions that {target.Options.User} cannot end, or by a prepared transaction.",
                    "Stop what uses it, or grant this role pg_signal_backend, and restore again.",
                    fault);
            }
        }
    }

    private async Task OnceAsync(RestoreNames names, bool replaces, CancellationToken ct)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var ending = EndSessionsAsync(names, done.Token);
        try
        {
            await target.RunAsync(session, () => RenameAsync(names, replaces, ct));
        }
        finally
        {
            await done.CancelAsync();
            await ending;
        }
    }

    private async Task<bool> RenameAsync(RestoreNames names, bool replaces, CancellationToken ct)
    {
        await using var transaction = await session.BeginTransactionAsync(ct);
        if (replaces)
        {
            await session.ExecuteAsync(Rename(names.Name, names.Before), ct);
        }

        await session.ExecuteAsync(Rename(names.Fresh, names.Name), ct);
        await transaction.CommitAsync(ct);
        return true;
    }

    // What watches every database of a server connects to the new one too.
    private async Task EndSessionsAsync(RestoreNames names, CancellationToken done)
    {
        try
        {
            await using var killer = await target.OpenAsync(names.Name, done);
            while (true)
            {
                await using var command = new NpgsqlCommand(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = ANY ($1)", killer)
                {
                    Parameters = { new() { Value = new[] { names.Name, names.Fresh } } },
                };
                await command.ExecuteScalarAsync(done);
                await Task.Delay(Pause, clock, done);
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or NpgsqlException or RunAiDrException)
        {
            // It is done, or may not be done: then the renaming tells that the database is in use.
        }
    }

    private static string Rename(string from, string to) => $"ALTER DATABASE {SqlText.Quoted(from)} RENAME TO {SqlText.Quoted(to)}";
}
