using RunAiDr.Core;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Data.Dumps.Restoring;

/// <summary>What is to be done with one database.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Action">What its restore is, if it succeeds.</param>
/// <param name="Reason">Why.</param>
/// <param name="Work">Null when it is left alone.</param>
internal sealed record DatabaseDecision(string Name, ApplyAction Action, string Reason, DatabaseWork? Work = null);

/// <summary>Looks at the databases that are there, and changes none.</summary>
internal sealed class RestoreAssessment(RestoreTarget target, RestoreRequest request, ServerState server)
{
    /// <summary>A fingerprint with the roles of the server; null when no database could be asked.</summary>
    public DatabaseFingerprint? Roles { get; private set; }

    /// <exception cref="RunAiDrException">A database cannot be read.</exception>
    public async Task<List<DatabaseDecision>> DecideAsync(CancellationToken ct)
    {
        var decisions = new List<DatabaseDecision>();
        foreach (var saved in request.Saved.Databases)
        {
            decisions.Add(request.Dump.Files.FirstOrDefault(file => file.Database == saved.Name) is { } file
                ? await DecideAsync(new DatabaseWork(request.Saved, saved, file, server.Find(saved.Name)), ct)
                : new DatabaseDecision(saved.Name, ApplyAction.Failed, "the dump has no file of it"));
        }

        return decisions;
    }

    private async Task<DatabaseDecision> DecideAsync(DatabaseWork work, CancellationToken ct)
    {
        var name = work.Expected.Name;
        if (work.Existing is null or { HalfDropped: true })
        {
            return new DatabaseDecision(name, ApplyAction.Created, "restored, equal to what was saved", work);
        }

        if (!work.Existing.Connectable)
        {
            return request.Clean
                ? Replaced(work)
                : Conflict(name, "it accepts no connections, so what is in it is not known");
        }

        var live = await target.FingerprintAsync(name, ct);
        Roles = live;
        var differences = RestoredContent.Differences(request.Saved, work.Expected, live);
        if (differences.Count == 0)
        {
            return new DatabaseDecision(name, ApplyAction.Unchanged, "holds what was saved already");
        }

        return request.Clean || await target.IsEmptyAsync(name, ct)
            ? Replaced(work)
            : Conflict(name, $"database {name} is not empty and differs: {RestoredContent.Text(differences)}");
    }

    private static DatabaseDecision Replaced(DatabaseWork work) =>
        new(work.Expected.Name, ApplyAction.Configured, "replaced, equal to what was saved", work);

    private static DatabaseDecision Conflict(string name, string reason) =>
        new(name, ApplyAction.Conflict, $"{reason}; --clean-database replaces it");
}
