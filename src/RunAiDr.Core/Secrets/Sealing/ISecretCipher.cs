namespace RunAiDr.Core.Secrets.Sealing;

/// <summary>Encrypts secrets for people who are named by their public keys. It cannot read what it has written.</summary>
public interface ISecretCipher
{
    /// <summary>End of the names of its files, such as <c>.age</c>.</summary>
    string Extension { get; }

    /// <summary>Who can read them: public keys, or what else names the readers, in ordinal order. No secret.</summary>
    IReadOnlyList<string> Recipients { get; }

    /// <exception cref="RunAiDrException">The program that encrypts fails.</exception>
    Task<byte[]> EncryptAsync(ReadOnlyMemory<byte> plain, CancellationToken ct);
}
