namespace RunAiDr.Git.Signing;

public enum SignatureFormat
{
    Ssh,
    OpenPgp,
}

/// <summary>The key that signs commits and tags, in a form that git itself verifies.</summary>
/// <param name="Format">By which program: ssh-keygen or gpg.</param>
/// <param name="Key">
/// For ssh the file of the private key, or of a public one whose private key an agent holds; for OpenPGP what names a key in
/// the keyring of this user.
/// </param>
/// <param name="PassphraseFile">File with the passphrase of the key; null when it has none or an agent knows it.</param>
public sealed record SigningOptions(SignatureFormat Format, string Key, string? PassphraseFile);
