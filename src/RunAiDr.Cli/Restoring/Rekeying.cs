using System.Globalization;
using RunAiDr.Core;
using RunAiDr.Core.Secrets.Sealing;
using RunAiDr.Core.State;
using RunAiDr.Git;

namespace RunAiDr.Cli.Restoring;

/// <summary>Encrypts the secrets at the tip of the branch of record for other recipients.</summary>
/// <param name="store">The DR repository.</param>
/// <param name="secrets">Opens what is there.</param>
/// <param name="cipher">Encrypts for the new recipients.</param>
/// <param name="force">Encrypts what is for these recipients already too.</param>
internal sealed class Rekeying(GitStateStore store, SealedSecrets secrets, ISecretCipher cipher, bool force)
{
    /// <summary>What no encryption can change, so everybody who changes keys is told.</summary>
    public const string History =
        "Older commits stay readable with the old keys. Where an old key has leaked, change the passwords themselves.";

    // The service commits as often as its cluster changes; each time everything is read again.
    private const int MostAttempts = 10;

    /// <summary>
    /// The new files of a cluster. Null when nothing has to be done: it has no encrypted secrets, or they are for these
    /// recipients already.
    /// </summary>
    /// <exception cref="RunAiDrException">A file cannot be opened or encrypted.</exception>
    public async Task<RekeyedTree?> PrepareAsync(string cluster, CancellationToken ct)
    {
        if (store.Tip(cluster) is not { } tree || SealedFile.In(tree) is not { Count: > 0 } files)
        {
            return null;
        }

        // The commit's signature would vouch for files that somebody else put there.
        if (store.TrustedTip(cluster)?.TreeId != tree.TreeId)
        {
            throw new RunAiDrException(
                Fault.RestorePoint,
                $"The newest state of cluster {cluster}, commit {tree.Id}, is not signed by one of those whom the configuration allows.",
                "Find out who changed it (`git log --show-signature`); the next export of `runai-dr sync` puts it right.");
        }

        var recipients = SealedFiles.Recipients(cipher);
        var saved = tree.Read(SealedFiles.RecipientsPath);
        var isForThem = saved?.AsSpan().SequenceEqual(recipients) == true;
        if (isForThem && !force)
        {
            return null;
        }

        var opener = secrets with { Converts = saved is not null && SealedFiles.ExtensionIn(saved) != cipher.Extension };

        // A document whose secrets stand there twice, by age and by sops, gets one file.
        var opened = (await opener.OpenAsync(tree, files, ct)).DistinctBy(item => item.File.Document).ToList();
        var encrypted = new StateEdit[opened.Count][];
        var options = new ParallelOptions { MaxDegreeOfParallelism = 2 * Environment.ProcessorCount, CancellationToken = ct };
        await Parallel.ForAsync(0, opened.Count, options, async (i, stop) =>
        {
            var (file, values) = opened[i];
            encrypted[i] = EditsOf(file.Document, await cipher.EncryptAsync(SecretValues.ToBytes(values), stop));
        });
        return new RekeyedTree(
            cluster,
            tree.TreeId,
            opened.Count,
            [
                .. encrypted.SelectMany(edits => edits),
                .. files.Where(file => file.Extension != cipher.Extension).Select(file => new StateEdit(file.Path, null)),
                .. isForThem ? Array.Empty<StateEdit>() : [new StateEdit(SealedFiles.RecipientsPath, recipients)],
            ]);
    }

    /// <summary>
    /// Commits them as one commit, and prepares them again when the cluster's folder has changed meanwhile. Null when somebody
    /// else has encrypted them for these recipients by then.
    /// </summary>
    /// <exception cref="RunAiDrException">It changes faster than it can be encrypted.</exception>
    public async Task<CommitId?> CommitAsync(RekeyedTree prepared, CancellationToken ct)
    {
        var current = prepared;
        for (var attempt = 1; current is not null && attempt <= MostAttempts; attempt++)
        {
            if (store.Amend(current.Cluster, current.TreeId, current.Edits, TextOf(current)) is { } amended)
            {
                return amended.Commit;
            }

            current = await PrepareAsync(prepared.Cluster, ct);
        }

        return current is null ? null : throw new RunAiDrException(
            Fault.Repository,
            $"The folder of cluster {prepared.Cluster} changes faster than its secrets are encrypted.",
            "Stop `runai-dr sync` and run rekey again.");
    }

    // Without the HMAC key the seal does not fit any more, and the next export encrypts once more.
    private StateEdit[] EditsOf(string document, byte[] content)
    {
        var path = SealedFiles.PathOf(document, cipher.Extension);
        StateEdit[] edits = [new(path, content)];
        return secrets.Mac is { } mac ? [.. edits, new(SealedFiles.SealPathOf(document), SealedFiles.Seal(path, content, mac))] : edits;
    }

    private CommitText TextOf(RekeyedTree rekeyed) => new(
        $"{rekeyed.Cluster}: encrypt secrets for other keys",
        string.Create(CultureInfo.InvariantCulture, $"{rekeyed.Files} files, for\n{string.Join('\n', cipher.Recipients)}\n\n{History}"),
        [KeyValuePair.Create("Cluster", rekeyed.Cluster)]);
}

/// <summary>The encrypted files of one cluster for its new recipients.</summary>
/// <param name="Cluster">Its name.</param>
/// <param name="TreeId">Its folder, from which they were read.</param>
/// <param name="Files">How many were encrypted.</param>
/// <param name="Edits">What becomes of the folder.</param>
internal sealed record RekeyedTree(string Cluster, string TreeId, int Files, IReadOnlyList<StateEdit> Edits);
