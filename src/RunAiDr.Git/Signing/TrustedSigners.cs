namespace RunAiDr.Git.Signing;

/// <summary>Whose signatures count. With neither file nothing is checked.</summary>
/// <param name="AllowedSignersFile">For ssh, as <c>ssh-keygen</c> describes allowed signers.</param>
/// <param name="AllowedKeysFile">For OpenPGP, exported public keys.</param>
public sealed record TrustedSigners(string? AllowedSignersFile, string? AllowedKeysFile)
{
    public static TrustedSigners None { get; } = new(null, null);

    public bool IsConfigured => AllowedSignersFile is not null || AllowedKeysFile is not null;
}
