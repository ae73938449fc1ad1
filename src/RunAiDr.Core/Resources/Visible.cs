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

    /// <summary>As <see cref="Text"/>, but the text may have several lines.</summary>
    public static string Lines(string text) => string.Join('\n', text.Split('\n').Select(Text));

    /// <summary>JSON that a terminal shows as it is: in its texts, <c>\u001b</c> and the like stand for such characters.</summary>
    public static string Json(string json)
    {
        // Between its texts JSON has no such characters but its line breaks, and JSON writers escape all that would end a text.
        var shown = new StringBuilder(json.Length);
        foreach (var rune in json.EnumerateRunes())
        {
            if (rune.Value is '\n' or '\r' || !IsHidden(rune))
            {
                shown.Append(rune.ToString());
                continue;
            }

            foreach (var unit in rune.ToString())
            {
                shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
            }
        }

        return shown.ToString();
    }

    // Format characters include the ones that turn the writing direction round, which hides what a name really says.
    private static bool IsHidden(Rune rune) => Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator;
}
