using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;

namespace RunAiDr.Benchmarks;

/// <summary>A commit, the numbers of the changes it holds, and what their patches come to, each deflated alone.</summary>
internal sealed partial record CommittedChanges(string Commit, IReadOnlyList<int> Numbers, long PatchBytes)
{
    private const string Head = "commit ";

    /// <summary>The commits of the branch of record after one of them, newest first.</summary>
    public static async Task<IReadOnlyList<CommittedChanges>> ReadAsync(string repository, string after, CancellationToken ct)
    {
        var log = await ChildProcess.RunAsync(
            "git", ["-C", repository, "log", "-p", "--unified=0", "--no-renames", $"--format={Head}%H", $"{after}..main"], ct);
        return [.. Beginning().Split(log.Output).Where(text => text.Length > 0).Select(Of)];
    }

    private static CommittedChanges Of(string text)
    {
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        var numbers = Line().Matches(text).Select(line => int.Parse(line.Groups["number"].ValueSpan, CultureInfo.InvariantCulture));
        return new(text[..end], [.. numbers], File().Split(text[end..]).Skip(1).Sum(Deflated));
    }

    private static long Deflated(string patch)
    {
        using var deflated = new MemoryStream();
        using (var deflate = new ZLibStream(deflated, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            deflate.Write(Encoding.UTF8.GetBytes(patch));
        }

        return deflated.Length;
    }

    [GeneratedRegex($"^{Head}", RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex Beginning();

    [GeneratedRegex("^diff --git ", RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex File();

    [GeneratedRegex("^\\+ +revision: \\D?(?<number>[0-9]{7})", RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Line();
}
