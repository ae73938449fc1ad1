using RunAiDr.Core.Export;
using RunAiDr.Core.Snapshots;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Checkpoints;

/// <summary>
/// Makes a checkpoint: snapshots of the data that Git does not hold, then a full export, one commit and one annotated tag
/// that name everything a restore needs.
/// </summary>
public sealed class CheckpointTaker(
    ClusterExporter exporter, IStateStore store, SnapshotSources sources, DeletionGuard guard, TimeProvider clock)
{
    /// <summary>Takes the snapshots and makes the checkpoint. When it fails, no tag is made and what was taken is deleted again.</summary>
    /// <exception cref="RunAiDrException">
    /// The name is taken or illegal; a snapshot failed and partial ones are not allowed; the cluster cannot be read whole.
    /// </exception>
    public async Task<CheckpointReport> TakeAsync(
        CheckpointRequest request, IProgress<SnapshotProgress> progress, CancellationToken ct)
    {
        CheckName(request);
        var run = new SnapshotRun(sources, clock);
        try
        {
            var taken = await run.TakeAsync(request, progress, ct);
            Demand(request, taken);
            return await CommitAsync(request, run, taken, ct);
        }
        catch (Exception failure)
        {
            var left = await run.TakeBackAsync([]);
            if (left.Count > 0 && failure is RunAiDrException fault)
            {
                throw new RunAiDrException(
                    fault.Fault,
                    $"{fault.Message}\nSnapshots that could not be deleted again:\n{string.Join('\n', left.Select(line => "  " + line))}",
                    $"{fault.Remedy} `runai-dr prune {request.Name} --orphans` deletes what is left.",
                    fault);
            }

            throw;
        }
    }

    private void CheckName(CheckpointRequest request)
    {
        CheckpointName.Check(request.Name);

        // A reference is a file: one that is the folder of others is taken too.
        if (store.Tags(request.Cluster).FirstOrDefault(tag => $"{tag.Name}/".StartsWith($"{request.Name}/", StringComparison.Ordinal)) is { } taken)
        {
            throw new RunAiDrException(
                Fault.Configuration, $"There is a tag {taken.Name} of cluster {request.Cluster} already.", "Choose another name: a tag never moves.");
        }
    }

    private static void Demand(CheckpointRequest request, IReadOnlyList<SnapshotOutcome> outcomes)
    {
        var failed = outcomes.Where(outcome => outcome.Failure is not null).ToList();
        if (failed.Count > 0 && !request.AllowPartial)
        {
            throw new RunAiDrException(
                Fault.Snapshot,
                "The checkpoint is not made, for a part failed:\n"
                    + string.Join('\n', failed.Select(outcome => $"  {CheckpointSummary.NameOf(outcome.Component)}: {outcome.Failure}")),
                "Mend that and try again; --allow-partial makes the checkpoint without it.");
        }
    }

    private async Task<CheckpointReport> CommitAsync(
        CheckpointRequest request, SnapshotRun run, IReadOnlyList<SnapshotOutcome> taken, CancellationToken ct)
    {
        var startedAt = clock.GetUtcNow();
        var tip = store.Tip(request.Cluster);
        using var writer = store.Begin(request.Cluster);
        var export = await exporter.ExportAsync(request.Cluster, writer, store.TrustedTip(request.Cluster), ct);

        // The first of them may have been ready for hours: what is gone meanwhile must not be named.
        var outcomes = await run.CheckAsync(taken, ct);
        Demand(request, outcomes);
        await run.TakeBackAsync(outcomes);
        writer.ReplaceSnapshots();
        foreach (var outcome in outcomes.Where(outcome => outcome.Absence is null))
        {
            var reference = outcome.Reference ?? FailedReference(request, outcome, startedAt);
            writer.Put(SnapshotReference.PathOf(outcome.Component), reference.ToBytes());
        }

        var changes = writer.Changes();
        if (!request.AllowDeletions)
        {
            VanishedKinds.Check(changes, export.LackingKinds);
        }

        guard.Check(writer.Deletions(), changes, request.AllowDeletions);
        var report = new CheckpointReport(request, outcomes, export, startedAt);
        var text = CommitMessage.For(changes, export, isFirst: tip is null) with { Subject = $"Checkpoint {request.Name}" };
        var commit = writer.Commit(text) ?? (store.Tip(request.Cluster) ?? store.Open(request.Cluster, null)).Id;

        // The commit names them: without a tag they are orphans, but nothing in Git lies.
        run.Keep();
        return report with
        {
            Commit = commit,
            Tag = store.Tag(request.Cluster, request.Name, commit, CheckpointSummary.Of(report)),
        };
    }

    private SnapshotReference FailedReference(CheckpointRequest request, SnapshotOutcome outcome, DateTimeOffset at) => new()
    {
        Component = outcome.Component,
        Provider = sources.Providers[outcome.Component].Name,
        Checkpoint = request.Name,
        TakenAt = at,
        Failure = outcome.Failure,
    };
}
