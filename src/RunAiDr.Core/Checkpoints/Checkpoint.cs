using RunAiDr.Core.Snapshots;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Checkpoints;

/// <summary>A tagged restore point and the snapshot references in it.</summary>
/// <param name="Tag">Its tag.</param>
/// <param name="References">Of the restore point; they may be of an earlier checkpoint when the tag is not one itself.</param>
/// <param name="Defect">Why the references cannot be read; null when they can.</param>
public sealed record Checkpoint(StateTag Tag, IReadOnlyList<SnapshotReference> References, string? Defect = null)
{
    public string Name => Tag.Name;

    /// <summary>Whether the tag is a checkpoint; <c>export --tag</c> makes others.</summary>
    public bool IsCheckpoint => CheckpointSummary.IsOf(Tag);

    public bool IsPartial => Defect is not null || References.Any(reference => reference.Failure is not null);

    /// <summary>The tags of a cluster with their references, the newest first.</summary>
    public static IReadOnlyList<Checkpoint> AllOf(IStateStore store, string cluster) =>
        [.. store.Tags(cluster).Select(tag => Read(store, cluster, tag))];

    /// <summary>One tag of a cluster with its references.</summary>
    public static Checkpoint Read(IStateStore store, string cluster, StateTag tag)
    {
        try
        {
            var tree = store.Open(cluster, tag.Commit.Sha);
            var references = Enum.GetValues<SnapshotComponent>().Select(component => SnapshotReference.In(tree, component));
            return new Checkpoint(tag, [.. references.OfType<SnapshotReference>()]);
        }
        catch (RunAiDrException failure) when (failure.Fault is Fault.RestorePoint or Fault.Repository)
        {
            // A commit of another kind, an edited reference, a missing object: the other checkpoints are as good as before.
            return new Checkpoint(tag, [], failure.Message);
        }
    }
}
