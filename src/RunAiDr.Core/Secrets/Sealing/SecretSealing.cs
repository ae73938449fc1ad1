namespace RunAiDr.Core.Secrets.Sealing;

/// <summary>How secrets get into a state tree.</summary>
/// <param name="Mac">Tells whether a secret changed without reading what was encrypted.</param>
/// <param name="Cipher">Encrypts; null where an export only compares.</param>
public sealed record SecretSealing(SecretMac Mac, ISecretCipher? Cipher);
