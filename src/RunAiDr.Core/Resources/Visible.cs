using System.Globalization;
using System.Text;

namespace RunAiDr.Core.Resources;

/// <summary>Text from a cluster or a commit made fit for a terminal: one line, nothing that moves the cursor.</summary>
public static class Visible
{
    /// <summary>Control, format and separator characters become <c>\n</c>, <c>\t</c> or <c>\u{1b}</c>; all else stays.</summary>
    public static string Text(string text)
    {
        if (!text.EnumerateRunes().Any(IsHidden))
        {
            return text;
        }

        var shown = new StringBuilder(text.Length + 8);
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune switch
            {
                { Value: '\n' } => shown.Append("\\n"),
                { Value: '\r' } => shown.Append("\\r"),
                { Value: '\t' } => shown.Append("\\t"),
                _ when IsHidden(rune) => shown.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}"),
                _ => shown.Append(rune.ToString()),
            };
        }

        return shown.ToString();
    }

    // Format characters include the ones that turn the writing direction round, which hides what a name really says.
    private static bool IsHidden(Rune rune) => Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator;
}
