using System.Text;

namespace RunAiDr.Tests.Fuzzing;

/// <summary>One variant of good samples, by a few edits of bytes, of lines and of what stands behind a colon.</summary>
internal sealed class Mutation(Random random, IReadOnlyList<byte[]> samples, IReadOnlyList<string> moreTokens)
{
    private const int MostEdits = 8;
    private const int LargestInput = 512 * 1024;

    private static readonly string[] Tokens =
    [
        "{", "}", "[", "]", ":", ": ", ",", "- ", "? ", "#", "&a ", "*a", "! ", "!!binary ", "|", ">", "|-\n", "'", "\"", "%", "@", "`", "<<: ",
        "---\n", "...\n", "\n", "\r\n", "\t", "  ", "\\", "\\u0000", "\\ud800", "\\x1b", "null", "~", "true", "yes", "0", "-1", "0x7f", "0o17", "1e999",
        "1.5", "2147483648", "9223372036854775808", "-9223372036854775809", ".inf", "\"\"", "{}", "[]", "..", "../", "/", "//", "%2F", "%00", "~1",
        "\0", "\u001b[31m", "\u202e", "\u200b", "\ufeff", "\u0085", "\u2028", "\ud83d\ude00", "2026-02-30T25:61:61Z", "apiVersion: ", "kind: ",
        "metadata: ", "name: ", "namespace: ",
    ];

    public byte[] Next()
    {
        var input = Pick(samples);
        for (var edit = random.Next(1, MostEdits + 1); edit > 0; edit--)
        {
            input = random.Next(3) == 0 ? EditedLine(input) : EditedBytes(input);
        }

        return input.Length > LargestInput ? input[..LargestInput] : input;
    }

    private byte[] EditedBytes(byte[] input)
    {
        var (start, end) = Range(input.Length);
        return random.Next(8) switch
        {
            0 => Flipped(input),
            1 => [.. input[..start], .. Token(), .. input[start..]],
            2 => [.. input[..start], .. Token(), .. input[end..]],
            3 => [.. input[..start], .. input[end..]],
            4 => input[..start],
            5 => [.. input[..end], .. Repeated(input[start..end]), .. input[end..]],
            6 => [.. input[..start], .. Pick(samples), .. input[end..]],
            _ => Spliced(input[..start], Pick(samples)),
        };
    }

    /// <summary>Edits that leave most of a text of lines as it is: they come deeper into a reader than noise does.</summary>
    private byte[] EditedLine(byte[] input)
    {
        var lines = Encoding.Latin1.GetString(input).Split('\n').ToList();
        var (at, other) = (random.Next(lines.Count), random.Next(lines.Count));
        switch (random.Next(7))
        {
            case 0:
                lines.RemoveAt(at);
                break;
            case 1:
                lines.Insert(other, lines[at]);
                break;
            case 2:
                (lines[at], lines[other]) = (lines[other], lines[at]);
                break;
            case 3:
                lines[at] = new string(' ', random.Next(1, 6)) + lines[at];
                break;
            case 4:
                lines[at] = lines[at].TrimStart();
                break;
            case 5:
                lines[at] += lines[other].TrimStart();
                break;
            default:
                var colon = lines[at].IndexOf(':', StringComparison.Ordinal);
                lines[at] = lines[at][..(colon + 1)] + " " + Encoding.Latin1.GetString(Token());
                break;
        }

        return Encoding.Latin1.GetBytes(string.Join('\n', lines));
    }

    private byte[] Flipped(byte[] input)
    {
        if (input.Length == 0)
        {
            return input;
        }

        byte[] flipped = [.. input];
        flipped[random.Next(input.Length)] ^= (byte)(1 << random.Next(8));
        return flipped;
    }

    private byte[] Repeated(byte[] part)
    {
        var times = Math.Min(1 << random.Next(16), LargestInput / Math.Max(1, part.Length));
        var repeated = new byte[part.Length * times];
        for (var i = 0; i < times; i++)
        {
            part.CopyTo(repeated, i * part.Length);
        }

        return repeated;
    }

    private byte[] Spliced(byte[] head, byte[] other) => [.. head, .. other[random.Next(other.Length + 1)..]];

    private byte[] Token()
    {
        var known = random.Next(Tokens.Length + moreTokens.Count + 1);
        if (known < Tokens.Length + moreTokens.Count)
        {
            return Encoding.UTF8.GetBytes(known < Tokens.Length ? Tokens[known] : moreTokens[known - Tokens.Length]);
        }

        var noise = new byte[random.Next(1, 16)];
        random.NextBytes(noise);
        return noise;
    }

    private (int Start, int End) Range(int length)
    {
        var start = random.Next(length + 1);
        return (start, Math.Min(length, start + (1 << random.Next(12))));
    }

    private byte[] Pick(IReadOnlyList<byte[]> from) => from[random.Next(from.Count)];
}
