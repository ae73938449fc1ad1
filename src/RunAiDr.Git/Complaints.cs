namespace RunAiDr.Git;

/// <summary>What a program complains of: it is read to its end, and the last of it is kept.</summary>
internal static class Complaints
{
    private const int MostKept = 16 * 1024;

    public static async Task<string> ReadAsync(StreamReader errors, CancellationToken ct)
    {
        var (kept, part) = ("", new char[4096]);
        for (var count = await errors.ReadAsync(part, ct); count > 0; count = await errors.ReadAsync(part, ct))
        {
            kept += new string(part, 0, count);
            kept = kept.Length > MostKept ? kept[^MostKept..] : kept;
        }

        return kept;
    }
}
