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

    /// <summary>One line that moves no cursor and is not endless.</summary>
    public static string Cut(string text)
    {
        var cut = text.Length <= LongestLine ? text
            : text[..(char.IsHighSurrogate(text[LongestLine - 1]) ? LongestLine - 1 : LongestLine)] + "…";
        return Visible.Text(cut);
    }
}
