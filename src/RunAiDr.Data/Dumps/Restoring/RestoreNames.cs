using System.Security.Cryptography;
using System.Text;

namespace RunAiDr.Data.Dumps.Restoring;

/// <summary>
/// Names of the databases that there are while one is restored. They are the same for each attempt at one checkpoint, so
/// that a repeat finds what an interrupted run has left.
/// </summary>
/// <param name="Name">The database.</param>
/// <param name="Fresh">The one that is filled; it takes the name once it is proven equal to what was saved.</param>
/// <param name="Before">What had the name until then; it is dropped next.</param>
internal sealed record RestoreNames(string Name, string Fresh, string Before)
{
    private const int Longest = 63; // of the server
    private const int DigestLength = 8;

    public static RestoreNames For(string name, string checkpoint) =>
        new(name, Fitted($"{name}_restoring_{checkpoint}"), Fitted($"{name}_before_{checkpoint}"));

    // A long one is cut between characters, and stays unique by its digest.
    private static string Fitted(string name)
    {
        if (Encoding.UTF8.GetByteCount(name) <= Longest)
        {
            return name;
        }

        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..DigestLength];
        var kept = new StringBuilder();
        var bytes = DigestLength + 1;
        foreach (var rune in name.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > Longest)
            {
                break;
            }

            kept.Append(rune);
        }

        return $"{kept}_{digest}";
    }
}
