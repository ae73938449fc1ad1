using System.Buffers;
using System.IO.Compression;
using System.Text;
using System.Text.Unicode;

namespace RunAiDr.Core.Secrets;

/// <summary>Finds base64 of a text that holds secrets: the data of a Secret or a kubeconfig inside another text.</summary>
internal static class Base64Words
{
    private const int LargestRatio = 32;

    private static readonly SearchValues<char> BrokenLetters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_= \t\r\n");

    private static ReadOnlySpan<byte> GzipStart => [0x1f, 0x8b];

    /// <param name="text">Where to look.</param>
    /// <param name="find">Finds the secrets of what was decoded.</param>
    /// <param name="spans">Takes each such word as a whole.</param>
    public static void Find(string text, Func<string, List<SecretSpan>> find, List<SecretSpan> spans)
    {
        foreach (var range in TextWords.In(text))
        {
            var (start, length) = range.GetOffsetAndLength(text.Length);
            if (Decode(text.AsSpan(start, length)) is { } decoded)
            {
                Add(start, length, find(decoded), spans);
            }
        }

        // Encoders break their lines; what was broken is no word.
        if (!text.AsSpan().ContainsAnyExcept(BrokenLetters) && text.AsSpan().Trim().ContainsAny('\n', '\r') && Decode(WithoutBreaks(text)) is { } whole)
        {
            Add(0, text.Length, find(whole), spans);
        }
    }

    /// <summary>Whether a padded word is base64 of a text.</summary>
    public static bool IsText(ReadOnlySpan<char> word) => word.Length % 4 == 0 && Decode(word) is not null;

    private static void Add(int start, int length, List<SecretSpan> inside, List<SecretSpan> spans)
    {
        if (inside.Count > 0)
        {
            spans.Add(new SecretSpan(start, length, "base64", $"base64 of {inside[0].Reason}")
            {
                IsCertain = inside.Exists(span => span.IsCertain),
            });
        }
    }

    private static string? Decode(ReadOnlySpan<char> word)
    {
        var digits = word.TrimEnd('=');
        if (digits.Length < Entropy.Shortest - 2 || digits.Length % 4 == 1 || digits.ContainsAny('.', '~')
            || !digits.ContainsAnyInRange('A', 'Z'))
        {
            return null; // the letters of a text are capitals in base64 every few digits
        }

        var padded = string.Concat(digits, new string('=', (4 - (digits.Length % 4)) % 4)).Replace('-', '+').Replace('_', '/');
        var bytes = new byte[padded.Length];
        if (!Convert.TryFromBase64String(padded, bytes, out var length))
        {
            return null;
        }

        var content = bytes.AsSpan(0, length);
        return TextOf(content.StartsWith(GzipStart) ? Unzip(bytes, length) : content);
    }

    private static string? TextOf(ReadOnlySpan<byte> bytes)
    {
        if (!Utf8.IsValid(bytes))
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(bytes);
        return text.Any(c => char.IsControl(c) && !char.IsWhiteSpace(c)) ? null : text;
    }

    // What is no gzip, or swells beyond what a text does, stays as it is: no text.
    private static ReadOnlySpan<byte> Unzip(byte[] bytes, int length)
    {
        try
        {
            using var unzip = new GZipStream(new MemoryStream(bytes, 0, length), CompressionMode.Decompress);
            var content = new byte[length * LargestRatio];
            var read = unzip.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            return read < content.Length ? content.AsSpan(0, read) : bytes.AsSpan(0, length);
        }
        catch (InvalidDataException)
        {
            return bytes.AsSpan(0, length);
        }
    }

    private static string WithoutBreaks(string text) =>
        string.Concat(text.Split(['\n', '\r', ' ', '\t'], StringSplitOptions.RemoveEmptyEntries));
}
