using RunAiDr.Core.Snapshots;

namespace RunAiDr.Core.Checkpoints;

/// <summary>A snapshot that can be restored from, as far as its provider can tell.</summary>
public sealed record UsableSnapshot(Checkpoint Checkpoint, SnapshotReference Reference);

/// <summary>The newest snapshot of each component that can be restored from.</summary>
/// <param name="Newest">Component → that snapshot; absent when there is none.</param>
/// <param name="Defects">Newer ones that cannot, as "tag: reason".</param>
/// <param name="NotChecked">Component → why nobody could be asked: what the tags say was believed.</param>
public sealed record UsableSnapshots(
    IReadOnlyDictionary<SnapshotComponent, UsableSnapshot> Newest,
    IReadOnlyList<string> Defects,
    IReadOnlyDictionary<SnapshotComponent, string> NotChecked)
{
    public static UsableSnapshots None { get; } = new(
        new Dictionary<SnapshotComponent, UsableSnapshot>(), [], new Dictionary<SnapshotComponent, string>());

    /// <summary>Asks the providers about the newest first, and no more than needed: storage may be slow.</summary>
    /// <param name="tags">The tags of a cluster.</param>
    /// <param name="sources">The providers.</param>
    /// <param name="ct">Gives up.</param>
    public static async Task<UsableSnapshots> FindAsync(
        IReadOnlyList<Checkpoint> tags, SnapshotSources sources, CancellationToken ct)
    {
        var newest = new Dictionary<SnapshotComponent, UsableSnapshot>();
        var defects = new List<string>();
        var notChecked = new Dictionary<SnapshotComponent, string>();
        foreach (var candidate in NewestFirst(tags).Where(candidate => !newest.ContainsKey(candidate.Reference.Component)))
        {
            var reference = candidate.Reference;
            if (await DefectAsync(reference, sources, notChecked, ct) is not { } defect)
            {
                newest.Add(reference.Component, candidate);
            }
            else
            {
                defects.Add($"{candidate.Checkpoint.Name}: {CheckpointSummary.NameOf(reference.Component)}: {defect}");
            }
        }

        return new UsableSnapshots(newest, defects, notChecked);
    }

    private static async Task<string?> DefectAsync(
        SnapshotReference reference, SnapshotSources sources, Dictionary<SnapshotComponent, string> notChecked, CancellationToken ct)
    {
        if (sources.ProviderOf(reference) is not { } provider)
        {
            notChecked[reference.Component] = $"provider {reference.Provider} is not configured";
            return null;
        }

        try
        {
            return await provider.CheckAsync(reference, ct);
        }
        catch (RunAiDrException failure)
        {
            notChecked[reference.Component] = $"{failure.Message} {failure.Remedy}";
            return null;
        }
    }

    // Several tags may name one snapshot: the checkpoint that took it comes first.
    private static IEnumerable<UsableSnapshot> NewestFirst(IReadOnlyList<Checkpoint> tags) =>
        from tag in tags
        from reference in tag.References
        where reference.Failure is null
        orderby reference.TakenAt descending, tag.Name == reference.Checkpoint descending
        select new UsableSnapshot(tag, reference);
}
