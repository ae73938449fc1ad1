using RunAiDr.Core;

namespace RunAiDr.Git.Signing;

/// <summary>Checks a signature of OpenPGP against exported keys, in a keyring that holds these only and is thrown away.</summary>
internal sealed class OpenPgpVerification(string repository, string allowedKeys)
{
    private const string Status = "[GNUPG:] ";

    public SignatureVerdict Check(SignedObject signed)
    {
        using var verification = new GitVerification(repository, allowedKeys);
        verification.EnsureReadable("signatures.allowedKeysFile");
        var allowed = Import(verification);
        var (good, printed) = verification.Run(signed, "gpg.openpgp.program=gpg");
        var lines = StatusLines(printed);

        // The primary key ends the line, whichever of its subkeys signed.
        var key = Find(lines, "VALIDSIG")?[^1];
        var signer = lines.FirstOrDefault(line => line[0] is "GOODSIG" or "EXPSIG" or "EXPKEYSIG" or "REVKEYSIG") is [_, _, .. var name] ? string.Join(' ', name) : null;

        // A gpg.conf of the system may let gpg take the key out of the signature itself.
        var (state, finding) = good && key is not null && allowed.Contains(key)
            ? (SignatureState.Good, $"is signed by {signer} with key {key}")
            : Refusal(lines, key ?? Find(lines, "ERRSIG")?.ElementAtOrDefault(1) ?? "unknown");
        return new(state, $"{signed.What} {finding}") { Signer = signer, Key = key, SignedAt = signed.SignedAt };
    }

    private static (SignatureState State, string Finding) Refusal(IReadOnlyList<string[]> lines, string key) =>
        Find(lines, "REVKEYSIG") is not null ? (SignatureState.Revoked, $"is signed with key {key}, which was revoked")
        : Find(lines, "EXPKEYSIG") is not null ? (SignatureState.Expired, $"is signed with key {key}, which has expired")
        : Find(lines, "EXPSIG") is not null ? (SignatureState.Expired, $"has a signature with key {key} that has expired")
        : Find(lines, "NO_PUBKEY") is not null && Find(lines, "BADSIG") is null ? (SignatureState.UnknownSigner, $"is signed with key {key}, which is not allowed")
        : (SignatureState.Bad, "is not what was signed, or its signature is damaged");

    /// <summary>Fingerprints of the keys of the file.</summary>
    private HashSet<string> Import(GitVerification verification)
    {
        // No daemon stays behind, and none fetches keys.
        File.WriteAllText(Path.Combine(verification.Folder, "gpg.conf"), "no-autostart\n");
        var end = verification.Run("gpg", "--batch", "--status-fd", "1", "--import", allowedKeys);
        var imported = StatusLines(end.Output).Where(line => line is ["IMPORT_OK", _, _]).Select(line => line[2]).ToHashSet(StringComparer.Ordinal);
        return end.ExitCode == 0 && imported.Count > 0 ? imported : throw new RunAiDrException(
            Fault.Configuration,
            $"{allowedKeys} holds no public keys: {RemoteFault.Reason(end.Errors)}",
            "Make it with `gpg --armor --export <key>...`, and name it in `signatures.allowedKeysFile`.");
    }

    private static List<string[]> StatusLines(string printed) =>
    [
        .. printed.Split('\n').Where(line => line.StartsWith(Status, StringComparison.Ordinal)).Select(line => line[Status.Length..].Split(' ')),
    ];

    private static string[]? Find(IReadOnlyList<string[]> lines, string word) => lines.FirstOrDefault(line => line[0] == word);
}
