using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace RunAiDr.Git;

internal enum GitObjectKind
{
    Tree = 2,
    Blob = 3,
}

/// <summary>Computes the name Git gives to an object, in 40 hexadecimal digits.</summary>
internal static class GitObjectId
{
    public static string Of(GitObjectKind kind, ReadOnlySpan<byte> content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        Span<byte> header = stackalloc byte[32];
        var length = Encoding.ASCII.GetBytes(kind == GitObjectKind.Blob ? "blob " : "tree ", header);
        _ = content.Length.TryFormat(header[length..], out var digits, provider: CultureInfo.InvariantCulture);
        header[length + digits] = 0;
        hash.AppendData(header[..(length + digits + 1)]);
        hash.AppendData(content);
        Span<byte> id = stackalloc byte[SHA1.HashSizeInBytes];
        _ = hash.GetHashAndReset(id);
        return Convert.ToHexStringLower(id);
    }
}
