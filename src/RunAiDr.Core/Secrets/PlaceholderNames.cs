using System.Security.Cryptography;
using System.Text;

namespace RunAiDr.Core.Secrets;

/// <summary>Names placeholders of one document by their place: stable while the place is, and unique.</summary>
internal sealed class PlaceholderNames(string document)
{
    private const int HashDigits = 8;

    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    /// <summary>How the names of a document begin.</summary>
    /// <param name="path">Path of its file.</param>
    public static string BeginningIn(string path) => WithoutOthers($"{Path.ChangeExtension(path, null)}/");

    public string Next(IEnumerable<string> path, string? label)
    {
        var place = string.Join('.', label is null ? path : path.Append(label));
        var wanted = Legal($"{document}/{place}");
        var name = wanted;
        for (var n = 2; !_taken.Add(name); n++)
        {
            name = $"{wanted}.{n}";
        }

        return name;
    }

    /// <summary>
    /// Letters that a placeholder cannot hold become <c>-</c>; a hash then keeps names apart that differ in them
    /// only.
    /// </summary>
    private static string Legal(string text)
    {
        if (text.All(IsLegal))
        {
            return text;
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        return $"{WithoutOthers(text)}-{hash.AsSpan(0, HashDigits)}";
    }

    private static string WithoutOthers(string text) => string.Create(text.Length, text, (span, source) =>
    {
        for (var i = 0; i < span.Length; i++)
        {
            span[i] = IsLegal(source[i]) ? source[i] : '-';
        }
    });

    private static bool IsLegal(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '/' or '-';
}
