using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace RunAiDr.Core.State;

/// <summary>The name Git gives to an object, in 40 hexadecimal digits, so that contents compare without being read.</summary>
public static class GitObjectId
{
    public static string OfBlob(ReadOnlySpan<byte> content) => Of("blob", content);

    public static string OfTree(ReadOnlySpan<byte> content) => Of("tree", content);

    private static string Of(string type, ReadOnlySpan<byte> content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        var header = string.Create(CultureInfo.InvariantCulture, $"{type} {content.Length}\0");
        hash.AppendData(Encoding.ASCII.GetBytes(header));
        hash.AppendData(content);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
