using RunAiDr.Core.Snapshots;

namespace RunAiDr.Core.Rehydration.Parts;

/// <summary>The database: restored where it is a dump, and compared with its fingerprint in any case.</summary>
internal sealed class DatabasePart(
    SnapshotReference reference, SavedRelease? controlPlane, RestoreTools tools, RehydrationOptions options) : IRestorePart
{
    public RestorePhase Phase => RestorePhase.Database;

    public string Name => $"database ({reference.Provider})";

    public TimeSpan? Estimate => reference.Dump is null ? Durations.Comparison : Durations.Dump(reference.Bytes);

    public async Task<PartPlan> PlanAsync(CancellationToken ct)
    {
        if (reference.External is { } external)
        {
            return new(PlannedAction.Unchanged, [RecoveryTarget(external)], "compared: others restore it");
        }

        if (!tools.Data.HasDatabase)
        {
            return new(PlannedAction.Skip, [new(
                "database",
                CheckResult.Blocked,
                "the configuration does not say how it is reached",
                "Set database.provider, and database.host for one of your own, or leave the phase out with --skip database.")]);
        }

        if (!IsToBeRestored)
        {
            return new(PlannedAction.Unchanged, [], reference.Dump is null ? "compared: it comes with its volume" : "compared: it was restored, or its volume is there");
        }

        return tools.Data.Dumps is { } dumps
            ? await dumps.PlanAsync(reference, ct)
            : new(PlannedAction.Skip, [new(
                "dump",
                CheckResult.Blocked,
                $"nobody says how the dump at {reference.Location} is reached",
                "Set database.provider and dumps in the configuration, or leave the phase out with --skip database.")]);
    }

    // What this rehydration restored, and people have worked with since, is not restored again; nor is a volume overwritten
    // that the operator named because it holds the data.
    private bool IsToBeRestored =>
        reference.Dump is not null && !IsRestored && !options.ExistingVolumes.ContainsKey(SnapshotComponent.Database);

    private bool IsRestored => options.Done.Contains(Phase);

    public async Task<PartOutcome> RunAsync(IProgress<PartProgress> progress, bool owns, CancellationToken ct)
    {
        if (options.DryRun)
        {
            return new(ApplyAction.Skipped, "not checked: a dry run does not make the database");
        }

        await using var data = await tools.Data.OpenAsync(ct);
        return IsToBeRestored && data.Dumps is { } dumps
            ? await RestoreAsync(dumps, data, Decided(owns), progress, ct)
            : await CompareAsync(data, ct);
    }

    private async Task<PartOutcome> RestoreAsync(
        IDatabaseRestorer dumps, IRestoredDataAccess data, DatabaseRestoreOptions decided, IProgress<PartProgress> progress, CancellationToken ct)
    {
        if (await IsRestoredAsync(data, ct))
        {
            await ResumeAsync(ct);
            return new(ApplyAction.Unchanged, "holds what was saved already");
        }

        if (controlPlane is null)
        {
            return await dumps.RestoreAsync(reference, decided, new Told(progress), ct);
        }

        progress.Report(new("stopping what writes to it"));
        try
        {
            await tools.Workloads.PauseAsync(
                controlPlane.Namespace, controlPlane.Name, ControlPlaneClaims.DataWorkloads(controlPlane.Name), ct);
            return await dumps.RestoreAsync(reference, decided, new Told(progress), ct);
        }
        finally
        {
            // Whatever became of the database: the services are not left stopped.
            await ResumeAsync(CancellationToken.None);
        }
    }

    // What a chart has put into the database that this very rehydration installed is worth nothing.
    private DatabaseRestoreOptions Decided(bool owns) =>
        new(options.CleanDatabase || (owns && tools.Data.IsOfRelease));

    private Task ResumeAsync(CancellationToken ct) => controlPlane is null
        ? Task.CompletedTask
        : tools.Workloads.ResumeAsync(controlPlane.Namespace, controlPlane.Name, ct);

    private async Task<bool> IsRestoredAsync(IRestoredDataAccess data, CancellationToken ct)
    {
        if (reference.Fingerprint is not { } saved || data.Database is not { } database)
        {
            return false;
        }

        try
        {
            return FingerprintComparison.Compare(saved, await database.FingerprintAsync(ct)).Equal;
        }
        catch (RunAiDrException fault) when (fault.Fault == Fault.Snapshot)
        {
            // A database of the scope is not there yet; a server that cannot be reached is found by the restore.
            return false;
        }
    }

    private async Task<PartOutcome> CompareAsync(IRestoredDataAccess data, CancellationToken ct)
    {
        if (reference.Fingerprint is null || data.Database is not { } database)
        {
            return new(ApplyAction.Skipped, "there is no fingerprint to compare it with");
        }

        await ResumeAsync(ct);
        var restored = await RestoredDatabase.CompareAsync(database, reference, ct);
        var problems = reference.Dump is null ? restored.Problems : RestoredDatabase.Lost(restored.Report);
        return problems.Count > 0 && !IsRestored
            ? new(ApplyAction.Failed, "is not what was saved") { Details = problems }
            : new(ApplyAction.Unchanged, restored.Report.Equal ? "holds what was saved" : "holds what was saved, and what came after");
    }

    private static PlanCheck RecoveryTarget(ExternalDatabase external) => new(
        "database",
        CheckResult.Warning,
        $"{external.Host}:{external.Port} has to stand at {external.Lsn} of timeline {external.Timeline} or after",
        "Have it recovered to this point before, by those who back it up; the settings are below.")
    {
        Items = [.. external.RecoveryTarget.Split('\n', StringSplitOptions.RemoveEmptyEntries)],
    };

    private sealed class Told(IProgress<PartProgress> progress) : IProgress<SnapshotProgress>
    {
        public void Report(SnapshotProgress value) => progress.Report(new(value.Step, value.Done, value.Total));
    }
}
