using System.Security.Cryptography;
using System.Text;

namespace RunAiDr.Core.Secrets.Sealing;

/// <summary>
/// HMAC-SHA-256 of a secret and its name. Who has no key cannot test a guess, and equal secrets in two places do not look
/// equal.
/// </summary>
public sealed class SecretMac(SecretText key)
{
    /// <summary>Shortest key, in bytes.</summary>
    public const int ShortestKey = 32;

    private readonly byte[] _key = key.RevealBytes();

    /// <summary>64 hex digits.</summary>
    public string Of(string name, SecretText value)
    {
        // No placeholder name holds a zero byte, so no two pairs give the same text.
        byte[] text = [.. Encoding.UTF8.GetBytes(name), 0, .. value.RevealBytes()];
        return Convert.ToHexStringLower(HMACSHA256.HashData(_key, text));
    }
}
