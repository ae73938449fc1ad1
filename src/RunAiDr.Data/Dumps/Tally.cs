using System.Security.Cryptography;

namespace RunAiDr.Data.Dumps;

/// <summary>Counts and digests bytes that pass.</summary>
internal sealed class Tally : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public long Bytes { get; private set; }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        _hash.AppendData(bytes);
        Bytes += bytes.Length;
    }

    /// <summary>SHA-256 of what has passed, in lower-case hexadecimal digits.</summary>
    public string Sha256() => Convert.ToHexStringLower(_hash.GetCurrentHash());

    public void Dispose() => _hash.Dispose();
}
