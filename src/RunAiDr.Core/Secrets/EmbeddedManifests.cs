using System.Text.RegularExpressions;

namespace RunAiDr.Core.Secrets;

/// <summary>
/// Finds the data of a Secret that stands as YAML or JSON in another text: its keys are called anything, and its values are
/// too short to look encoded.
/// </summary>
internal static partial class EmbeddedManifests
{
    public const string Reason = "data of a Secret";

    private const RegexOptions Linear = RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking;

    public static void Find(string text, List<SecretSpan> spans)
    {
        if (!text.Contains("Secret", StringComparison.Ordinal) || !text.Contains("ata", StringComparison.Ordinal)
            || !KindSecret().IsMatch(text))
        {
            return;
        }

        foreach (Match map in FlowData().Matches(text))
        {
            var block = map.Groups["block"];
            foreach (Match entry in FlowEntry().Matches(block.Value))
            {
                Add(entry, block.Index, spans);
            }
        }

        FindBlocks(text, spans);
    }

    private static void FindBlocks(string text, List<SecretSpan> spans)
    {
        var lines = LineStarts(text);
        for (var i = 0; i < lines.Count; i++)
        {
            if (BlockData().Match(LineAt(text, lines, i)) is { Success: true } head)
            {
                i = AddEntries(text, lines, i + 1, head.Groups["indent"].Length, spans) - 1;
            }
        }
    }

    /// <summary>Each entry with what is indented below it; says which line is the first after them.</summary>
    private static int AddEntries(string text, List<int> lines, int first, int indent, List<SecretSpan> spans)
    {
        var i = first;
        for (; i < lines.Count; i++)
        {
            var line = LineAt(text, lines, i);
            if (line.Trim().Length > 0 && line.Length - line.TrimStart(' ').Length <= indent)
            {
                break;
            }

            var entry = BlockEntry().Match(line);
            if (entry.Success && !IsBlockIndicator(entry.Groups["secret"].ValueSpan))
            {
                Add(entry, lines[i], spans);
            }
            else if (!entry.Success)
            {
                // A line of a longer value.
                var start = lines[i] + line.Length - line.TrimStart().Length;
                spans.Add(new SecretSpan(start, line.Trim().Length, "data", Reason) { IsCertain = true });
            }
        }

        return i;
    }

    private static void Add(Match entry, int offset, List<SecretSpan> spans)
    {
        var secret = entry.Groups["secret"];
        var (start, length) = (offset + secret.Index, secret.ValueSpan.TrimEnd().Length);
        spans.Add(new SecretSpan(start, length, entry.Groups["name"].Value, Reason) { IsCertain = true });
    }

    private static bool IsBlockIndicator(ReadOnlySpan<char> value) => value[0] is '|' or '>' && value.Trim().Length <= 3;

    private static List<int> LineStarts(string text)
    {
        var starts = new List<int> { 0 };
        for (var at = text.IndexOf('\n', StringComparison.Ordinal); at >= 0; at = text.IndexOf('\n', at + 1))
        {
            starts.Add(at + 1);
        }

        return starts;
    }

    private static string LineAt(string text, List<int> starts, int i) =>
        text[starts[i]..(i + 1 < starts.Count ? starts[i + 1] : text.Length)];

    [GeneratedRegex(@"\bkind\\?[""']?\s*:\s*\\?[""']?Secret\b", Linear)]
    private static partial Regex KindSecret();

    [GeneratedRegex(@"\b(?:data|stringData)\\?[""']?\s*:\s*\{(?<block>[^{}]*)\}", Linear)]
    private static partial Regex FlowData();

    [GeneratedRegex(
        @"(?<name>[A-Za-z0-9._-]+)\\?[""']?\s*:\s*(?:\\?""(?<secret>[^""\\]+)|'(?<secret>[^']+)|(?<secret>[^\s""'\\,][^\r\n,]*))",
        Linear)]
    private static partial Regex FlowEntry();

    [GeneratedRegex(@"^(?<indent>[ ]*)(?:data|stringData):[ \t]*(?:#.*)?\r?\n?$", Linear)]
    private static partial Regex BlockData();

    [GeneratedRegex(@"^[ ]*[""']?(?<name>[A-Za-z0-9._-]+)[""']?:[ \t]+[""']?(?<secret>\S[^\n]*)", Linear)]
    private static partial Regex BlockEntry();
}
