using System.Globalization;
using System.Security.Cryptography;

namespace RunAiDr.Git.Signing;

/// <summary>Checks a signature of ssh against the file of allowed signers. Git decides; the rest is about why not.</summary>
internal sealed class SshVerification(string repository, string allowedSigners)
{
    public SignatureVerdict Check(SignedObject signed)
    {
        if (SignatureText.SshKeyOf(signed.Signature) is not { } key)
        {
            return new(SignatureState.Bad, $"{signed.What} has a signature that is damaged");
        }

        using var verification = new GitVerification(repository, allowedSigners);
        verification.EnsureReadable("signatures.allowedSignersFile");
        var (good, _) = verification.Run(signed, "gpg.ssh.program=ssh-keygen", $"gpg.ssh.allowedSignersFile={allowedSigners}");
        if (!good)
        {
            verification.EnsureKnowsSsh();
        }

        var fingerprint = $"SHA256:{Convert.ToBase64String(SHA256.HashData(key)).TrimEnd('=')}";
        var principal = PrincipalOf(verification, signed);
        var (state, finding) = good ? (SignatureState.Good, $"is signed by {principal ?? "an allowed signer"} with key {fingerprint}")
            : principal is not null ? (SignatureState.Bad, $"is not what {principal} signed with key {fingerprint}, or was signed for another purpose")
            : IsListed(key) ? (SignatureState.Expired, $"is signed with key {fingerprint}, which was not allowed at the time of the signature")
            : (SignatureState.UnknownSigner, $"is signed with key {fingerprint}, which is not allowed");
        return new(state, $"{signed.What} {finding}") { Signer = principal, Key = fingerprint, SignedAt = signed.SignedAt };
    }

    /// <summary>Whose key it was at that time, whatever was signed; null when nobody's.</summary>
    private static string? PrincipalOf(GitVerification verification, SignedObject signed)
    {
        var file = Path.Combine(verification.Folder, "signature");
        File.WriteAllText(file, signed.Signature);
        string[] time = signed.SignedAt is { } at ? ["-O", $"verify-time={at.UtcDateTime.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture)}"] : [];
        var end = verification.Run("ssh-keygen", ["-Y", "find-principals", .. time, "-s", file, "-f", verification.TrustedFile]);
        return end.ExitCode == 0 && end.Output.Split('\n') is [{ Length: > 0 } principal, ..] ? principal : null;
    }

    private bool IsListed(byte[] key)
    {
        var text = Convert.ToBase64String(key);
        return File.ReadLines(allowedSigners).Any(line => line.Split(' ', '\t').Contains(text, StringComparer.Ordinal));
    }
}
