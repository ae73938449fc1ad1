using RunAiDr.Core.Resources;
using RunAiDr.Core.Snapshots;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Checkpoints;

/// <summary>Deletes checkpoints that are no longer wanted, and the snapshots that no tag names any more.</summary>
public sealed class Pruning(string cluster, IStateStore store, SnapshotSources sources)
{
    private readonly IReadOnlyList<ISnapshotProvider> _providers = [.. sources.Providers.Values.Distinct()];

    /// <summary>What would be deleted by a policy.</summary>
    /// <exception cref="RunAiDrException">Cluster or storage cannot be asked what is there and usable.</exception>
    public async Task<PrunePlan> PlanAsync(RetentionPolicy policy, CancellationToken ct)
    {
        var tags = Checkpoint.AllOf(store, cluster);
        var usable = await UsableSnapshots.FindAsync(tags, sources, ct);
        var unknown = usable.NotChecked.Where(component => sources.ProviderOf(usable.Newest[component.Key].Reference) is not null);
        if (!policy.KeepsAll && unknown.Select(component => component.Value).FirstOrDefault() is { } reason)
        {
            throw new RunAiDrException(
                Fault.Snapshot, $"Nothing is pruned, for it is not known which snapshots are usable: {reason}", "Prune again when they can be checked.");
        }

        return await PlanAsync(RetentionPlan.Of(tags, policy, usable).Select(Deletable), ct);
    }

    /// <summary>What would be deleted with single tags, whatever the policy; the only usable snapshot of a component stays.</summary>
    /// <exception cref="RunAiDrException">As above, or there is no such tag.</exception>
    public async Task<PrunePlan> PlanAsync(IReadOnlyCollection<string> names, CancellationToken ct)
    {
        var tags = Checkpoint.AllOf(store, cluster);
        if (names.FirstOrDefault(name => tags.All(tag => tag.Name != name)) is { } unknown)
        {
            throw new RunAiDrException(
                Fault.Configuration, $"Cluster {cluster} has no tag {Visible.Text(unknown)}.", "`runai-dr status` lists them.");
        }

        var staying = await UsableSnapshots.FindAsync([.. tags.Where(tag => !names.Contains(tag.Name))], sources, ct);
        return await PlanAsync(tags.Select(tag => Deletable(new RetentionVerdict(tag, Reason(tag)))), ct);

        string? Reason(Checkpoint tag)
        {
            var last = tag.References
                .Where(reference => reference.Failure is null && !staying.Newest.ContainsKey(reference.Component))
                .Select(reference => CheckpointSummary.NameOf(reference.Component))
                .ToList();
            return !names.Contains(tag.Name) ? "not named" : last.Count > 0 ? $"without it there is no usable {string.Join(" and ", last)}" : null;
        }
    }

    /// <summary>
    /// Deletes tags first, then publishes that, and their snapshots afterwards: when it ends in between, a snapshot is left
    /// that no tag names, and never a tag that names no snapshot.
    /// </summary>
    /// <param name="plan">What goes.</param>
    /// <param name="orphans">Those of its orphans that go too.</param>
    /// <param name="publish">Brings the deletion of the tags to everybody who has them; nothing is deleted when it fails.</param>
    /// <param name="audit">Is told of each deletion once it is done, or failed.</param>
    /// <param name="ct">Stops between two deletions.</param>
    public async Task<IReadOnlyList<Deletion>> RunAsync(
        PrunePlan plan, IEnumerable<PrunableSnapshot> orphans, Func<CancellationToken, Task> publish, Action<Deletion> audit, CancellationToken ct)
    {
        var done = new List<Deletion>();
        foreach (var tag in plan.Tags)
        {
            ct.ThrowIfCancellationRequested();
            store.DeleteTag(cluster, tag.Name);
            Tell(new Deletion("tag", $"dr/{cluster}/{tag.Name}", tag.Name, null));
        }

        await publish(ct);
        foreach (var snapshot in plan.Snapshots.Concat(orphans))
        {
            ct.ThrowIfCancellationRequested();
            Tell(new Deletion(snapshot.Provider.Name, snapshot.Owned.Location, snapshot.Owned.Checkpoint, await DeleteAsync(snapshot, ct)));
        }

        return done;

        void Tell(Deletion deletion)
        {
            done.Add(deletion);
            audit(deletion);
        }
    }

    /// <summary>A tag stays when its snapshots would stay behind it unseen.</summary>
    private RetentionVerdict Deletable(RetentionVerdict verdict)
    {
        var foreign = verdict.Checkpoint.References.FirstOrDefault(
            reference => reference.Failure is null && sources.ProviderOf(reference) is null);
        return verdict.KeptBecause is null && foreign is not null
            ? verdict with { KeptBecause = $"its {foreign.Provider} snapshot could not be deleted: that provider is not configured" }
            : verdict;
    }

    private async Task<PrunePlan> PlanAsync(IEnumerable<RetentionVerdict> made, CancellationToken ct)
    {
        IReadOnlyList<RetentionVerdict> verdicts = [.. made];
        var kept = new NamedSnapshots(verdicts.Where(verdict => verdict.KeptBecause is not null));
        var going = new NamedSnapshots(verdicts.Where(verdict => verdict.KeptBecause is null));
        var unnamed = new List<PrunableSnapshot>();
        foreach (var provider in _providers)
        {
            var owned = await provider.ListAsync(cluster, ct);
            unnamed.AddRange(owned.Select(snapshot => new PrunableSnapshot(provider, snapshot)).Where(snapshot => !kept.Contains(snapshot)));
        }

        return new PrunePlan(verdicts, [.. unnamed.Where(going.Contains)], [.. unnamed.Where(snapshot => !going.Contains(snapshot))]);
    }

    private static async Task<string?> DeleteAsync(PrunableSnapshot snapshot, CancellationToken ct)
    {
        try
        {
            await snapshot.Provider.DeleteAsync(snapshot.Owned.Location, ct);
            return null;
        }
        catch (RunAiDrException failure)
        {
            return $"{failure.Message} {failure.Remedy}";
        }
    }
}
