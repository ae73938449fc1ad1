using System.Globalization;
using RunAiDr.Core;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Data.Dumps.Restoring;

/// <summary>What to restore, and what the operator decided.</summary>
internal sealed record RestoreRequest(string Checkpoint, DumpSet Dump, DatabaseFingerprint Saved, bool Clean);

/// <summary>
/// One restore: whatever can be wrong is found before anything is changed, then the roles, then each database by itself.
/// </summary>
internal sealed class RestoreRun(RestoreTarget target, DumpArchives archives, DatabaseRestore restore, DumpProgress progress)
{
    private readonly List<string> _details = [];

    /// <param name="request">What to restore.</param>
    /// <param name="verify">Compares every stored byte with its digest; tells what is wrong.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="RunAiDrException">Server or storage cannot be reached or refuse.</exception>
    public async Task<PartOutcome> RunAsync(RestoreRequest request, Func<CancellationToken, Task<string?>> verify, CancellationToken ct)
    {
        progress.Begin("looking at the server");
        var server = await target.StateAsync(ct);
        if (Unfit(request, server) is { } unfit)
        {
            return Failed(unfit);
        }

        var assessment = new RestoreAssessment(target, request, server);
        var decisions = await assessment.DecideAsync(ct);
        var works = decisions.Where(decision => decision.Work is not null).ToList();
        var roles = RolesMissing(request, assessment.Roles);
        var withRoles = works.Count > 0 || (roles.Count > 0 && decisions.TrueForAll(decision => decision.Action == ApplyAction.Unchanged));
        if (withRoles)
        {
            if (MissingRight(request, server, works) is { } right)
            {
                return Failed(right);
            }

            if (await verify(ct) is { } damage)
            {
                return Failed($"{damage}; nothing was changed");
            }

            await RestoreRolesAsync(request, server, ct);
        }

        var outcomes = await RestoreAsync(request, server, decisions, ct);
        var left = withRoles ? await RolesLeftAsync(request, ct) : roles;
        return RestoreSummary.Of(outcomes, _details, new RoleOutcome(withRoles, left, roles.Count));
    }

    private string? Unfit(RestoreRequest request, ServerState server)
    {
        if (server.Role.OnStandby)
        {
            return $"{target.Where} is a standby, which cannot be written to; configure the address of the primary";
        }

        var saved = int.TryParse(request.Saved.ServerVersion.Split('.')[0], CultureInfo.InvariantCulture, out var major) ? major : 0;
        return server.Version.Major < saved
            ? $"{target.Where} is version {server.Version.Major}, older than the saved {request.Saved.ServerVersion}: dumps are not restored into an older server"
            : null;
    }

    private string? MissingRight(RestoreRequest request, ServerState server, List<DatabaseDecision> works)
    {
        if (works.Count > 0 && !server.Role.MakesDatabases)
        {
            return $"{server.Role.Name} may not make databases on {target.Where}: give it CREATEDB";
        }

        var foreign = works.FirstOrDefault(work => work.Work?.Existing is { Owned: false });
        if (foreign is not null)
        {
            return $"{server.Role.Name} may not replace database {foreign.Name} on {target.Where}: make it a member of its owner";
        }

        var unmade = request.Saved.Roles.Select(role => role.Name).Except(server.Roles, StringComparer.Ordinal).ToList();
        return unmade.Count == 0 || server.Role.MakesRoles
            ? null
            : $"{server.Role.Name} may not make roles on {target.Where}, and there is no {string.Join(", ", unmade)}: "
                + "give it CREATEROLE, or make them before; nothing was changed";
    }

    private async Task RestoreRolesAsync(RestoreRequest request, ServerState server, CancellationToken ct)
    {
        if (request.Dump.Files.FirstOrDefault(file => file.Database is null) is not { } globals)
        {
            return;
        }

        progress.Begin("roles: restoring", globals.Bytes);
        var script = await archives.TextAsync(globals, ct);
        await using var session = await target.OpenAsync(null, ct);
        await target.RunAsync(session, async () =>
        {
            await new RoleRestore(session, server.Role.Name, _details).RunAsync(script, ct);
            return true;
        });
    }

    private async Task<List<DatabaseOutcome>> RestoreAsync(
        RestoreRequest request, ServerState server, IEnumerable<DatabaseDecision> decisions, CancellationToken ct)
    {
        var outcomes = new List<DatabaseOutcome>();
        foreach (var decision in decisions)
        {
            try
            {
                outcomes.Add(await RestoreAsync(RestoreNames.For(decision.Name, request.Checkpoint), server, decision, ct));
            }
            catch (RunAiDrException fault)
            {
                ct.ThrowIfCancellationRequested();
                outcomes.Add(new DatabaseOutcome(decision.Name, ApplyAction.Failed, $"{fault.Message} {fault.Remedy}"));
            }
        }

        return outcomes;
    }

    private async Task<DatabaseOutcome> RestoreAsync(RestoreNames names, ServerState server, DatabaseDecision decision, CancellationToken ct)
    {
        if (decision.Work is { } work)
        {
            var notes = await restore.RunAsync(work, names, ct);
            _details.AddRange(notes.Select(note => $"{names.Name}: {note}"));
        }
        else if (decision.Action == ApplyAction.Unchanged && (server.Find(names.Fresh) ?? server.Find(names.Before)) is not null)
        {
            await restore.TidyAsync(names, ct);
        }

        return new DatabaseOutcome(names.Name, decision.Action, decision.Reason);
    }

    private async Task<IReadOnlyList<FingerprintDifference>> RolesLeftAsync(RestoreRequest request, CancellationToken ct)
    {
        await using var session = await target.OpenAsync(null, ct);
        return RolesMissing(request, await target.FingerprintAsync(session.Database, ct));
    }

    private static IReadOnlyList<FingerprintDifference> RolesMissing(RestoreRequest request, DatabaseFingerprint? live) =>
        live is null ? [] : RestoredContent.OfRoles(request.Saved, live);

    private static PartOutcome Failed(string reason) => new(ApplyAction.Failed, reason);
}
