using RunAiDr.Core.Resources;
using RunAiDr.Core.Runbook;

namespace RunAiDr.Core.Review;

/// <summary>
/// Text from a cluster in the page of a forge. All of it is in code font: there forges see no person to notify, no issue
/// to link and no markup, while they see a person in an escaped <c>\@name</c>.
/// </summary>
internal static class ReviewMarkup
{
    private const int LongestLine = 400;

    public static string Code(string text) =>
        text.Contains('`', StringComparison.Ordinal) ? $"<code>{Markdown.Entities(Cut(text))}</code>"
        : Cut(text) is { Length: > 0 } shown && shown.Trim().Length > 0 ? $"`{shown}`"
        : Markdown.Code("");

    /// <summary>Lines as they are, behind a fence that none of them closes.</summary>
    public static IReadOnlyList<string> Block(string language, IReadOnlyList<string> lines)
    {
        var fence = new string('`', Math.Max(2, lines.Select(LongestRun).DefaultIfEmpty().Max()) + 1);
        return [fence + language, .. lines, fence];
    }

    /// <summary>One line that moves no cursor and is not endless.</summary>
    public static string Cut(string text)
    {
        var cut = text.Length <= LongestLine ? text
            : text[..(char.IsHighSurrogate(text[LongestLine - 1]) ? LongestLine - 1 : LongestLine)] + "…";
        return Visible.Text(cut);
    }

    private static int LongestRun(string line)
    {
        var (longest, run) = (0, 0);
        foreach (var letter in line)
        {
            run = letter == '`' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        return longest;
    }
}
