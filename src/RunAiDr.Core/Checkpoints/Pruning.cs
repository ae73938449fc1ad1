using RunAiDr.Core.Snapshots;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Checkpoints;

/// <summary>Deletes checkpoints that are no longer wanted, and the snapshots that no tag names any more.</summary>
public sealed class Pruning(string cluster, IStateStore store, SnapshotSources sources)
{
    private readonly IReadOnlyList<ISnapshotProvider> _providers = [.. sources.Providers.Values.Distinct()];

    /// <summary>What would be deleted by a policy.</summary>
    /// <exception cref="RunAiDrException">Cluster or storage cannot be asked what is there.</exception>
    public async Task<PrunePlan> PlanAsync(RetentionPolicy policy, CancellationToken ct)
    {
        var tags = Checkpoint.AllOf(store, cluster);
        var usable = await UsableSnapshots.FindAsync(tags, sources, ct);
        return await PlanAsync(RetentionPlan.Of(tags, policy, usable), ct);
    }

    /// <summary>What would be deleted with single tags, whatever the policy; the only usable snapshot of a component stays.</summary>
    /// <exception cref="RunAiDrException">As above, or neither a tag nor an orphan has that name.</exception>
    public async Task<PrunePlan> PlanAsync(IReadOnlyCollection<string> names, CancellationToken ct)
    {
        var tags = Checkpoint.AllOf(store, cluster);
        var staying = await UsableSnapshots.FindAsync([.. tags.Where(tag => !names.Contains(tag.Name))], sources, ct);
        var last = (await UsableSnapshots.FindAsync(tags, sources, ct)).Newest
            .Where(usable => !staying.Newest.ContainsKey(usable.Key))
            .ToLookup(usable => usable.Value.Checkpoint, usable => CheckpointSummary.NameOf(usable.Key));
        var plan = await PlanAsync([.. tags.Select(tag => new RetentionVerdict(tag, Reason(tag)))], ct);
        var known = tags.Select(tag => tag.Name).Concat(plan.Orphans.Select(orphan => orphan.Owned.Checkpoint)).ToHashSet(StringComparer.Ordinal);
        return names.FirstOrDefault(name => !known.Contains(name)) is not { } unknown ? plan : throw new RunAiDrException(
            Fault.Configuration, $"Cluster {cluster} has no checkpoint {Resources.Visible.Text(unknown)}.", "`runai-dr status` lists them.");

        string? Reason(Checkpoint tag) =>
            !names.Contains(tag.Name) ? "not named" : last.Contains(tag) ? $"the only usable {string.Join(" and ", last[tag])}" : null;
    }

    /// <summary>
    /// Deletes tags first and their snapshots afterwards: killed in between, a snapshot is left that no tag names, and
    /// never a tag that names no snapshot.
    /// </summary>
    /// <param name="plan">What goes.</param>
    /// <param name="orphans">Those of its orphans that go too.</param>
    /// <param name="audit">Is told of each deletion once it is done, or failed.</param>
    /// <param name="ct">Stops between two deletions.</param>
    public async Task<IReadOnlyList<Deletion>> RunAsync(
        PrunePlan plan, IEnumerable<PrunableSnapshot> orphans, Action<Deletion> audit, CancellationToken ct)
    {
        var done = new List<Deletion>();
        foreach (var tag in plan.Tags)
        {
            ct.ThrowIfCancellationRequested();
            store.DeleteTag(cluster, tag.Name);
            Tell(new Deletion("tag", $"dr/{cluster}/{tag.Name}", tag.Name, null));
        }

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

    private async Task<PrunePlan> PlanAsync(IReadOnlyList<RetentionVerdict> verdicts, CancellationToken ct)
    {
        var kept = Named(verdicts.Where(verdict => verdict.KeptBecause is not null));
        var going = Named(verdicts.Where(verdict => verdict.KeptBecause is null));
        var unnamed = new List<PrunableSnapshot>();
        foreach (var provider in _providers)
        {
            var owned = await provider.ListAsync(cluster, ct);
            unnamed.AddRange(owned.Select(snapshot => new PrunableSnapshot(provider, snapshot)).Where(snapshot => !kept.Contains(snapshot.Identity)));
        }

        return new PrunePlan(
            verdicts,
            [.. unnamed.Where(snapshot => going.Contains(snapshot.Identity))],
            [.. unnamed.Where(snapshot => !going.Contains(snapshot.Identity))]);
    }

    // Not by location: storage that is mounted elsewhere, or moved, is the same storage.
    private static HashSet<(string Provider, string Checkpoint, SnapshotComponent Component)> Named(IEnumerable<RetentionVerdict> verdicts) =>
    [
        .. verdicts.SelectMany(verdict => verdict.Checkpoint.References)
            .Select(reference => (reference.Provider, reference.Checkpoint, reference.Component)),
    ];

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
