using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Secrets.Sealing;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Sync;

/// <summary>Makes one commit of a batch, or says why the cluster has to be read instead.</summary>
internal sealed class BatchCommit(
    IStateStore store, IClusterWatcher watcher, SyncOptions options, SyncIndex index, SecretSealing? sealing)
{
    /// <summary>What became of a batch: its commit and changes; no commit when it came to nothing, or needs a full reading.</summary>
    internal sealed record Outcome(CommitId? Commit, IReadOnlyList<StateChange> Changes, string? ReadAgain = null);

    /// <exception cref="RunAiDrException">The deletion guard stops it, secrets cannot be encrypted, or the repository fails.</exception>
    public async Task<Outcome> CommitAsync(SyncBatch batch, CancellationToken ct)
    {
        var net = batch.Net(index);
        if (net.Count == 0)
        {
            return new(null, []);
        }

        var changes = ChangesOf(net);
        var deleted = net.Where(file => file.BlobId is null && SealedFiles.DocumentOf(file.Path) is null)
            .Select(file => file.Path).ToList();
        if (await VanishingAsync(deleted, ct) is { } kind)
        {
            return new(null, changes, $"the definition of {kind} is being deleted");
        }

        options.DeletionGuard.Check((deleted.Count, index.Count), changes, confirmed: false);
        net = await WithSecretsAsync(net, ct);
        changes = ChangesOf(net);
        var edits = net.Select(file => new StateEdit(file.Path, file.Content)).ToList();
        if (store.Amend(options.Cluster, index.TreeId, edits, TextOf(changes, net, batch.Revision)) is not { } amended)
        {
            return new(null, changes, "somebody else changed the folder of the cluster in the repository");
        }

        index.Apply(net, amended.TreeId);
        return new(amended.Commit, changes);
    }

    /// <summary>The files, and for each of MACs the encrypted one beside it with its seal.</summary>
    private async Task<IReadOnlyList<PendingFile>> WithSecretsAsync(IReadOnlyList<PendingFile> net, CancellationToken ct)
    {
        if (sealing is not { Cipher: { } cipher, Mac: var mac })
        {
            return net;
        }

        var macs = net.Where(file => SealedFiles.IsMacs(file.Path)).ToList();
        var written = macs.Where(file => file.BlobId is not null).ToList();
        var encrypted = await SecretEncryption.AllAsync(cipher, [.. written.Select(file => file.Secrets)], ct);
        return
        [
            .. net
                .Concat(macs.Where(file => file.BlobId is null).SelectMany(file => new[] { PendingFile.Gone(Beside(file)), PendingFile.Gone(SealPathOf(file)) })
                    .Where(file => index.BlobIdOf(file.Path) is not null))
                .Concat(written.Zip(encrypted).SelectMany(pair => new[]
                {
                    FileOf(Beside(pair.First), pair.Second),
                    FileOf(SealPathOf(pair.First), SealedFiles.Seal(Beside(pair.First), pair.Second, mac)),
                }))
                .OrderBy(file => file.Path, StringComparer.Ordinal),
        ];

        string Beside(PendingFile file) => SealedFiles.PathOf(SealedFiles.DocumentOf(file.Path) ?? "", cipher.Extension);

        static string SealPathOf(PendingFile file) => SealedFiles.SealPathOf(SealedFiles.DocumentOf(file.Path) ?? "");

        static PendingFile FileOf(string path, byte[] content) => new(path, GitObjectId.OfBlob(content), content, null);
    }

    private List<StateChange> ChangesOf(IReadOnlyList<PendingFile> net) =>
        [.. net.Select(file => new StateChange(KindOf(file), file.Path))];

    private StateChangeKind KindOf(PendingFile file) => (file.BlobId, index.BlobIdOf(file.Path)) switch
    {
        (null, _) => StateChangeKind.Deleted,
        (_, null) => StateChangeKind.Added,
        _ => StateChangeKind.Changed,
    };

    private CommitText TextOf(IReadOnlyList<StateChange> changes, IReadOnlyList<PendingFile> net, string revision)
    {
        var managers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in net)
        {
            if (file.Manager is { } manager)
            {
                managers[SealedFiles.DocumentOf(file.Path) ?? file.Path] = manager;
            }
        }

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
