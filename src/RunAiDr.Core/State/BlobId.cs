using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace RunAiDr.Core.State;

/// <summary>The id that Git gives to a content, so that files compare without being read.</summary>
public static class BlobId
{
    public static string Of(ReadOnlySpan<byte> content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        var header = string.Create(CultureInfo.InvariantCulture, $"blob {content.Length}\0");
        hash.AppendData(Encoding.ASCII.GetBytes(header));
        hash.AppendData(content);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
