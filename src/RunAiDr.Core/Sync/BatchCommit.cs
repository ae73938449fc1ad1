using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Sync;

/// <summary>Makes one commit of a batch, or says why the cluster has to be read instead.</summary>
internal sealed class BatchCommit(IStateStore store, IClusterWatcher watcher, SyncOptions options, SyncIndex index)
{
    /// <summary>What became of a batch: its commit and changes; no commit when it came to nothing, or needs a full reading.</summary>
    internal sealed record Outcome(CommitId? Commit, IReadOnlyList<StateChange> Changes, string? ReadAgain = null);

    /// <exception cref="RunAiDrException">The deletion guard stops it, or the repository fails.</exception>
    public async Task<Outcome> CommitAsync(SyncBatch batch, CancellationToken ct)
    {
        var net = batch.Net(index);
        if (net.Count == 0)
        {
            return new(null, []);
        }

        var changes = net.Select(file => new StateChange(KindOf(file), file.Path)).ToList();
        var deleted = net.Where(file => file.BlobId is null).Select(file => file.Path).ToList();
        if (await VanishingAsync(deleted, ct) is { } kind)
        {
            return new(null, changes, $"the definition of {kind} is being deleted");
        }

        options.DeletionGuard.Check((deleted.Count, index.Count), changes, confirmed: false);
        var edits = net.Select(file => new StateEdit(file.Path, file.Content)).ToList();
        if (store.Amend(options.Cluster, index.TreeId, edits, TextOf(changes, net, batch.Revision)) is not { } amended)
        {
            return new(null, changes, "somebody else changed the folder of the cluster in the repository");
        }

        index.Apply(net, amended.TreeId);
        return new(amended.Commit, changes);
    }

    private StateChangeKind KindOf(PendingFile file) => (file.BlobId, index.BlobIdOf(file.Path)) switch
    {
        (null, _) => StateChangeKind.Deleted,
        (_, null) => StateChangeKind.Added,
        _ => StateChangeKind.Changed,
    };

    private CommitText TextOf(IReadOnlyList<StateChange> changes, IReadOnlyList<PendingFile> net, string revision)
    {
        var managers = net.Where(file => file.Manager is not null)
            .ToDictionary(file => file.Path, file => file.Manager ?? "", StringComparer.Ordinal);
        return CommitMessage.For(changes, index.Report with { Revision = revision, LastManagers = managers }, isFirst: false);
    }

    /// <summary>
    /// The first kind among deleted files whose CustomResourceDefinition goes: its resources are deleted one by one
    /// before it, and their deletions may come first.
    /// </summary>
    private async Task<string?> VanishingAsync(List<string> deleted, CancellationToken ct)
    {
        var definitions = deleted.Select(VanishedKinds.DefinitionOf).OfType<string>()
            .Where(path => index.BlobIdOf(path) is not null).Distinct(StringComparer.Ordinal);
        foreach (var path in definitions)
        {
            var name = StatePath.TryParse(path, out var parts) ? parts.Name ?? "" : "";
            var definition = await watcher.ReadAsync(KnownKinds.Definition, null, name, ct);
            if (definition is not { } json || ListedItem.HeadOf(KnownKinds.Definition, json).IsTerminating)
            {
                return name;
            }
        }

        return null;
    }
}
