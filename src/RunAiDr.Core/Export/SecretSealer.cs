using RunAiDr.Core.Secrets;
using RunAiDr.Core.Secrets.Sealing;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Export;

/// <summary>
/// Puts the files of the secrets of an export. What the tip holds of unchanged secrets, for the same readers, stays byte for
/// byte: a cipher gives other bytes each time.
/// </summary>
internal sealed class SecretSealer(SecretSealing sealing, IStateTree? tip, StateFiles files)
{
    private readonly Dictionary<string, string> _saved = SavedBy(sealing.Cipher, tip);
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly List<(string Path, string What, IReadOnlyList<FoundSecret> Secrets)> _changed = [];

    /// <summary>Names of the secrets that are encrypted.</summary>
    public IReadOnlySet<string> Names => _names;

    /// <summary>Who can read them; null where an export only compares.</summary>
    public ISecretCipher? Cipher => sealing.Cipher;

    /// <summary>How many secrets the tip does not hold as they are, for these readers.</summary>
    public int Changed => _changed.Sum(document => document.Secrets.Count);

    public void Add(string path, string what, IReadOnlyList<FoundSecret> secrets)
    {
        _names.UnionWith(secrets.Select(secret => secret.Name));
        var (macsPath, macs) = (SealedFiles.MacsPathOf(path), SealedFiles.Macs(SecretEncryption.ByName(secrets), sealing.Mac));
        files.Put(macsPath, $"the MACs of {what}", macs);
        if (Cipher is not { } cipher)
        {
            return;
        }

        var sealedPath = SealedFiles.PathOf(path, cipher.Extension);
        if (_saved.GetValueOrDefault(macsPath) == GitObjectId.OfBlob(macs)
            && _saved.ContainsKey(sealedPath) && tip?.Read(sealedPath) is { } saved && IsOurs(path, sealedPath, saved))
        {
            Put(path, what, saved);
        }
        else
        {
            _changed.Add((path, what, secrets));
        }
    }

    /// <summary>Encrypts what changed.</summary>
    /// <exception cref="RunAiDrException">The program that encrypts fails.</exception>
    public async Task FinishAsync(CancellationToken ct)
    {
        if (Cipher is not { } cipher)
        {
            return;
        }

        files.Put(SealedFiles.RecipientsPath, "the recipients of secrets", SealedFiles.Recipients(cipher));
        var encrypted = await SecretEncryption.AllAsync(cipher, [.. _changed.Select(document => document.Secrets)], ct);
        foreach (var ((path, what, _), content) in _changed.Zip(encrypted))
        {
            Put(path, what, content);
        }
    }

    // What somebody else put there, or damaged, looks as encrypted as before.
    private bool IsOurs(string path, string sealedPath, byte[] saved) =>
        _saved.GetValueOrDefault(SealedFiles.SealPathOf(path)) == GitObjectId.OfBlob(SealedFiles.Seal(sealedPath, saved, sealing.Mac));

    private void Put(string path, string what, byte[] encrypted)
    {
        var sealedPath = SealedFiles.PathOf(path, Cipher?.Extension ?? "");
        files.Put(sealedPath, $"the secrets of {what}", encrypted);
        files.Put(SealedFiles.SealPathOf(path), $"the seal of {what}", SealedFiles.Seal(sealedPath, encrypted, sealing.Mac));
    }

    /// <summary>The regular files of secrets that the tip has for the readers of the cipher, and their blob ids.</summary>
    private static Dictionary<string, string> SavedBy(ISecretCipher? cipher, IStateTree? tip)
    {
        var saved = (cipher is null ? null : tip)?.Files
            .Where(file => file.IsRegular && file.Path.StartsWith(StateFolder.Secrets, StringComparison.Ordinal))
            .ToDictionary(file => file.Path, file => file.BlobId, StringComparer.Ordinal);
        return saved is not null && cipher is not null
            && saved.GetValueOrDefault(SealedFiles.RecipientsPath) == GitObjectId.OfBlob(SealedFiles.Recipients(cipher))
            ? saved
            : [];
    }
}
