using System.Collections.Concurrent;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Core.Checkpoints;

/// <summary>Takes the snapshots of one checkpoint, those of different providers side by side, and takes them back when nothing comes of it.</summary>
internal sealed class SnapshotRun(SnapshotSources sources, TimeProvider clock)
{
    private static readonly TimeSpan TakingBack = TimeSpan.FromMinutes(1);

    private readonly ConcurrentBag<(ISnapshotProvider Provider, SnapshotReference Reference)> _taken = [];

    /// <summary>One outcome for each wanted component, in their order.</summary>
    public async Task<IReadOnlyList<SnapshotOutcome>> TakeAsync(
        CheckpointRequest request, IProgress<SnapshotProgress> progress, CancellationToken ct)
    {
        var groups = sources.Providers.OrderBy(wanted => wanted.Key)
            .GroupBy(wanted => wanted.Value, wanted => wanted.Key)
            .Select(group => TakeAsync(group.Key, new SnapshotRequest(request.Cluster, request.Name, [.. group]), progress, ct));
        var taken = await Task.WhenAll(groups);
        IReadOnlyList<SnapshotOutcome> outcomes = [.. taken.SelectMany(group => group).OrderBy(outcome => outcome.Component)];
        await TakeBackAsync(outcomes);
        return outcomes;
    }

    /// <summary>The same outcomes, but failed where a snapshot can no longer be restored from.</summary>
    /// <exception cref="RunAiDrException">Cluster or storage cannot be asked.</exception>
    public async Task<IReadOnlyList<SnapshotOutcome>> CheckAsync(IReadOnlyList<SnapshotOutcome> outcomes, CancellationToken ct)
    {
        var checkedOutcomes = new List<SnapshotOutcome>();
        foreach (var outcome in outcomes)
        {
            var defect = outcome.Reference is { } reference
                ? await sources.Providers[outcome.Component].CheckAsync(reference, ct)
                : null;
            checkedOutcomes.Add(defect is null
                ? outcome
                : SnapshotOutcome.Failed(outcome.Component, $"The snapshot was made, but is no longer usable: {defect}"));
        }

        return checkedOutcomes;
    }

    /// <summary>What was taken stays, whatever happens from here on.</summary>
    public void Keep() => _taken.Clear();

    /// <summary>Deletes what was taken and is not in these outcomes; gives what could not be deleted, and why.</summary>
    public async Task<IReadOnlyList<string>> TakeBackAsync(IReadOnlyList<SnapshotOutcome> outcomes)
    {
        // Also after Ctrl-C: what is not deleted now costs money until somebody finds it.
        using var limit = new CancellationTokenSource(TakingBack, clock);
        var left = new List<string>();
        var kept = outcomes.Select(outcome => outcome.Reference?.Location).Append("").ToHashSet();
        foreach (var (provider, reference) in _taken.Where(snapshot => !kept.Contains(snapshot.Reference.Location)))
        {
            try
            {
                await provider.DeleteAsync(reference.Location, limit.Token);
            }
            catch (RunAiDrException failure)
            {
                left.Add($"{reference.Location}: {failure.Message}");
            }
            catch (OperationCanceledException)
            {
                left.Add($"{reference.Location}: not deleted within {TakingBack.TotalSeconds:0} s");
            }
        }

        return left;
    }

    private async Task<IReadOnlyList<SnapshotOutcome>> TakeAsync(
        ISnapshotProvider provider, SnapshotRequest request, IProgress<SnapshotProgress> progress, CancellationToken ct)
    {
        try
        {
            var (facts, warning) = request.Components.Contains(SnapshotComponent.Metrics) ? await FactsAsync(ct) : (null, null);
            var outcomes = provider.Name == SnapshotSources.Csi && request.Components.Contains(SnapshotComponent.Database)
                ? await TakeVolumesAsync(provider, request, progress, ct)
                : Kept(provider, await provider.TakeAsync(request, progress, ct));
            return [.. outcomes.Select(outcome => outcome is { Component: SnapshotComponent.Metrics, Reference: { } reference }
                ? SnapshotOutcome.Taken(Warned(reference with { Metrics = facts }, warning))
                : outcome)];
        }
        catch (RunAiDrException failure)
        {
            return [.. request.Components.Select(component => SnapshotOutcome.Failed(component, TextOf(failure)))];
        }
    }

    /// <summary>The database is prepared while its volume is copied; without it the other volumes are copied all the same.</summary>
    private async Task<IReadOnlyList<SnapshotOutcome>> TakeVolumesAsync(
        ISnapshotProvider provider, SnapshotRequest request, IProgress<SnapshotProgress> progress, CancellationToken ct)
    {
        if (sources.Database is not { } database)
        {
            return Kept(provider, await provider.TakeAsync(request, progress, ct));
        }

        IVolumeBackup? backup = null;
        string? refusal = null;
        try
        {
            backup = await database.BeginVolumeBackupAsync($"runai-dr-{request.Checkpoint}", ct);
        }
        catch (RunAiDrException failure)
        {
            refusal = TextOf(failure);
        }

        await using (backup)
        {
            if (backup is not null)
            {
                return await EndedAsync(backup, Kept(provider, await provider.TakeAsync(request, progress, ct)), ct);
            }

            var others = request with { Components = [.. request.Components.Where(component => component != SnapshotComponent.Database)] };
            var taken = others.Components.Count == 0 ? [] : Kept(provider, await provider.TakeAsync(others, progress, ct));
            return [.. taken, SnapshotOutcome.Failed(SnapshotComponent.Database, refusal ?? "")];
        }
    }

    private static async Task<IReadOnlyList<SnapshotOutcome>> EndedAsync(
        IVolumeBackup backup, IReadOnlyList<SnapshotOutcome> taken, CancellationToken ct)
    {
        BackupLabel? label;
        try
        {
            label = await backup.EndAsync(ct);
        }
        catch (RunAiDrException failure)
        {
            return [.. taken.Select(outcome => outcome is { Component: SnapshotComponent.Database, Reference: not null }
                ? SnapshotOutcome.Failed(outcome.Component, TextOf(failure))
                : outcome)];
        }

        return [.. taken.Select(outcome => outcome is { Component: SnapshotComponent.Database, Reference: { Csi: { } csi } reference }
            ? SnapshotOutcome.Taken(Warned(
                reference with
                {
                    Fingerprint = backup.Fingerprint,
                    Csi = csi with { Backup = label },
                    Warnings = [.. reference.Warnings, .. backup.Warnings],
                },
                label is null ? null : $"restoring it needs the archived WAL up to {label.StopLsn}"))
            : outcome)];
    }

    private async Task<(MetricsFacts? Facts, string? Warning)> FactsAsync(CancellationToken ct)
    {
        if (sources.Metrics is not { } metrics)
        {
            return (null, null);
        }

        try
        {
            return (await metrics.FactsAsync(ct), null);
        }
        catch (RunAiDrException failure)
        {
            // The volume is what a restore needs; what is in it can be looked up there.
            return (null, $"what it holds is not known: {failure.Message}");
        }
    }

    private IReadOnlyList<SnapshotOutcome> Kept(ISnapshotProvider provider, IReadOnlyList<SnapshotOutcome> outcomes)
    {
        foreach (var reference in outcomes.Select(outcome => outcome.Reference).OfType<SnapshotReference>())
        {
            _taken.Add((provider, reference));
        }

        return outcomes;
    }

    private static SnapshotReference Warned(SnapshotReference reference, string? warning) =>
        warning is null ? reference : reference with { Warnings = [.. reference.Warnings, warning] };

    private static string TextOf(RunAiDrException failure) => $"{failure.Message} {failure.Remedy}";
}
