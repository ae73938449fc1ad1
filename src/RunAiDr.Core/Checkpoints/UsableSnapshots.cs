using RunAiDr.Core.Snapshots;

namespace RunAiDr.Core.Checkpoints;

/// <summary>A snapshot that can be restored from, as far as its provider can tell.</summary>
public sealed record UsableSnapshot(Checkpoint Checkpoint, SnapshotReference Reference);

/// <summary>The newest snapshot of each component that can be restored from.</summary>
/// <param name="Newest">Component → that snapshot; absent when there is none.</param>
/// <param name="Defects">Newer ones that cannot, as "tag: reason".</param>
public sealed record UsableSnapshots(
    IReadOnlyDictionary<SnapshotComponent, UsableSnapshot> Newest, IReadOnlyList<string> Defects)
{
    /// <summary>Asks the providers about the newest first, and no more than needed: storage may be slow.</summary>
    /// <param name="tags">The tags of a cluster.</param>
    /// <param name="sources">The providers; of one that is not configured nobody can be asked, so it counts as usable.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="RunAiDrException">Cluster or storage cannot be asked.</exception>
    public static async Task<UsableSnapshots> FindAsync(
        IReadOnlyList<Checkpoint> tags, SnapshotSources sources, CancellationToken ct)
    {
        var newest = new Dictionary<SnapshotComponent, UsableSnapshot>();
        var defects = new List<string>();
        foreach (var candidate in NewestFirst(tags).Where(candidate => !newest.ContainsKey(candidate.Reference.Component)))
        {
            var reference = candidate.Reference;
            var defect = sources.Providers.Values.FirstOrDefault(provider => provider.Name == reference.Provider) is { } provider
                ? await provider.CheckAsync(reference, ct)
                : null;
            if (defect is null)
            {
                newest.Add(reference.Component, candidate);
            }
            else
            {
                defects.Add($"{candidate.Checkpoint.Name}: {CheckpointSummary.NameOf(reference.Component)}: {defect}");
            }
        }

        return new UsableSnapshots(newest, defects);
    }

    /// <summary>What the tags say, without asking anybody.</summary>
    public static UsableSnapshots ByTags(IReadOnlyList<Checkpoint> tags) => new(
        NewestFirst(tags).GroupBy(candidate => candidate.Reference.Component).ToDictionary(group => group.Key, group => group.First()), []);

    // Several tags may name one snapshot: the checkpoint that took it comes first.
    private static IEnumerable<UsableSnapshot> NewestFirst(IReadOnlyList<Checkpoint> tags) =>
        from tag in tags
        from reference in tag.References
        where reference.Failure is null
        orderby reference.TakenAt descending, tag.Name == reference.Checkpoint descending
        select new UsableSnapshot(tag, reference);
}
