using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace RunAiDr.Core.State;

/// <summary>Names as file and folder names: percent-encoded UTF-8, cut where they are too long for one.</summary>
internal static class PathSegment
{
    private const int LongestFileName = 200;
    private const int HashDigits = 16;

    public static string Encode(string name)
    {
        var encoded = new StringBuilder(name.Length);
        foreach (var unit in Encoding.UTF8.GetBytes(name))
        {
            var c = (char)unit;
            if (char.IsAsciiLetterOrDigit(c) || c is '_' or '-' || (c == '.' && encoded.Length > 0))
            {
                encoded.Append(c);
            }
            else
            {
                encoded.Append(CultureInfo.InvariantCulture, $"%{unit:X2}");
            }
        }

        return encoded.ToString();
    }

    /// <summary>The name that is encoded so, or null when none is.</summary>
    public static string? Decode(string segment)
    {
        var bytes = new List<byte>(segment.Length);
        for (var i = 0; i < segment.Length; i++)
        {
            if (segment[i] != '%')
            {
                bytes.Add((byte)segment[i]);
                continue;
            }

            var digits = segment.AsSpan(i + 1, Math.Min(2, segment.Length - i - 1));
            if (!byte.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit))
            {
                return null;
            }

            bytes.Add(unit);
            i += 2;
        }

        return StrictUtf8.TryDecode([.. bytes]) is { Length: > 0 } name && Encode(name) == segment ? name : null;
    }

    /// <summary>The encoded name and the extension; over 200 bytes it is cut, <c>~</c> and a hash of the name added.</summary>
    public static string FileName(string name, string extension)
    {
        var stem = Encode(name);
        if (stem.Length + extension.Length <= LongestFileName)
        {
            return stem + extension;
        }

        var length = LongestFileName - extension.Length - HashDigits - 1;
        var split = stem.LastIndexOf('%', length - 1);
        if (split > length - 3)
        {
            length = split; // not within %XX
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
        return $"{stem.AsSpan(0, length)}~{hash.AsSpan(0, HashDigits)}{extension}";
    }

    /// <summary>Whether a file name without its extension has the form of a cut one.</summary>
    public static bool IsCut(string stem) =>
        stem.Length > HashDigits
        && stem[^(HashDigits + 1)] == '~'
        && stem[^HashDigits..].All(char.IsAsciiHexDigitLower);
}
