namespace RunAiDr.Core.Secrets.Sealing;

/// <summary>Encrypts the secrets of documents, those of each into one file.</summary>
internal static class SecretEncryption
{
    // A cipher is a program: many at once would only wait for each other.
    private const int AtOnce = 4;

    /// <summary>The encrypted files, in the order of the documents.</summary>
    /// <exception cref="RunAiDrException">The program that encrypts fails.</exception>
    public static async Task<IReadOnlyList<byte[]>> AllAsync(
        ISecretCipher cipher, IReadOnlyList<IReadOnlyList<FoundSecret>> documents, CancellationToken ct)
    {
        var files = new byte[documents.Count][];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, documents.Count),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct },
            async (i, stop) => files[i] = await cipher.EncryptAsync(SecretValues.ToBytes(ByName(documents[i])), stop));
        return files;
    }

    /// <summary>Name → value.</summary>
    public static IEnumerable<KeyValuePair<string, SecretText>> ByName(IEnumerable<FoundSecret> secrets) =>
        secrets.Select(secret => KeyValuePair.Create(secret.Name, secret.Value));
}
