using RunAiDr.Core;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Snapshots;
using RunAiDr.Data.Postgres;

namespace RunAiDr.Data.Dumps.Restoring;

/// <summary>Restores dumps of <c>pg_dump</c> into a PostgreSQL, that of the control plane or one of the company's.</summary>
public sealed class DumpRestorer : IDatabaseRestorer, IDisposable
{
    private readonly PostgresConnector _connector;
    private readonly DumpOptions _options;
    private readonly TimeProvider _clock;
    private readonly PgDumpSnapshots _dumps;

    /// <param name="connector">The server to restore into, as a role that may make roles and databases.</param>
    /// <param name="options">Where the dumps are, and the private key where they are encrypted.</param>
    /// <param name="clock">Tells the time.</param>
    /// <exception cref="RunAiDrException">Not exactly one storage is configured.</exception>
    public DumpRestorer(PostgresConnector connector, DumpOptions options, TimeProvider clock)
    {
        (_connector, _options, _clock) = (connector, options, clock);
        _dumps = new PgDumpSnapshots(connector, options, clock);
    }

    public async Task<PartPlan> PlanAsync(SnapshotReference dump, CancellationToken ct)
    {
        var checks = new RestoreChecks(_dumps, _options);
        await checks.RunAsync(dump, ct);
        var databases = dump.Fingerprint?.Databases.Select(database => database.Name) ?? [];
        return new PartPlan(PlannedAction.Create, checks.Checks, $"of {dump.TakenAt:u}: {string.Join(", ", databases)}");
    }

    public async Task<PartOutcome> RestoreAsync(
        SnapshotReference dump, DatabaseRestoreOptions options, IProgress<SnapshotProgress> progress, CancellationToken ct)
    {
        var checks = new RestoreChecks(_dumps, _options);
        await checks.RunAsync(dump, ct);
        if (checks.Obstacle is { } obstacle)
        {
            return new PartOutcome(ApplyAction.Failed, $"{obstacle.Subject}: {obstacle.Finding}") { Details = [obstacle.Remedy ?? ""] };
        }

        if (dump is not { Dump: { } set, Fingerprint: { } saved } || checks.Tools is not { } tools)
        {
            return new PartOutcome(ApplyAction.Failed, "the reference does not name a dump");
        }

        var told = new DumpProgress(progress, _clock);
        var archives = new DumpArchives(_dumps, dump, checks.Identity, told, new IdleLimit(_options.LongestIdle, _clock));
        var target = new RestoreTarget(_connector, _clock);
        var run = new RestoreRun(target, archives, new DatabaseRestore(target, archives, tools, told, _clock), told);
        return await run.RunAsync(
            new RestoreRequest(dump.Checkpoint, set, saved, options.Clean),
            token => _dumps.VerifyAsync(dump, progress, token),
            ct);
    }

    public void Dispose() => _dumps.Dispose();
}
