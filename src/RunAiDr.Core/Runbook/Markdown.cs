using System.Globalization;
using System.Text;
using RunAiDr.Core.Resources;

namespace RunAiDr.Core.Runbook;

/// <summary>Names and tables as Markdown. Names come from a cluster, so none may become markup.</summary>
public static class Markdown
{
    private const int LongestName = 200;

    /// <summary>A name in code font, where forges see no person to notify, no issue to link and no markup.</summary>
    public static string Code(string name)
    {
        var shown = Shown(name);
        return shown.Trim().Length == 0 ? "(empty)"
            : shown.AsSpan().IndexOfAny('`', '|', '\\') < 0 ? $"`{shown}`"
            : $"<code>{Entities(shown)}</code>";
    }

    /// <summary>Plain text in which nothing is markup.</summary>
    public static string Text(string text)
    {
        var escaped = new StringBuilder();
        foreach (var letter in Shown(text))
        {
            _ = char.IsAscii(letter) && (char.IsPunctuation(letter) || char.IsSymbol(letter))
                ? escaped.Append('\\').Append(letter)
                : escaped.Append(letter);
        }

        return escaped.ToString();
    }

    /// <summary>Text that ends neither code font nor the cell of a table, whatever the letters stand for elsewhere.</summary>
    internal static string Entities(string text)
    {
        var escaped = new StringBuilder();
        foreach (var letter in text)
        {
            _ = char.IsAscii(letter) && !char.IsAsciiLetterOrDigit(letter) && letter != ' '
                ? escaped.Append(CultureInfo.InvariantCulture, $"&#{(int)letter};")
                : escaped.Append(letter);
        }

        return escaped.ToString();
    }

    public static string Codes(IEnumerable<string> names) => string.Join(", ", names.Select(Code));

    /// <summary>The cells are Markdown already.</summary>
    public static IEnumerable<string> Table(string[] header, IEnumerable<string[]> rows) =>
    [
        Row(header),
        Row([.. header.Select(_ => "---")]),
        .. rows.Select(Row),
        "",
    ];

    /// <summary>Lines as they are, behind a fence that none of them closes.</summary>
    public static IEnumerable<string> Block(string language, IReadOnlyList<string> lines)
    {
        var fence = "```";
        while (lines.Any(line => line.Contains(fence, StringComparison.Ordinal)))
        {
            fence += '`';
        }

        return [fence + language, .. lines, fence, ""];
    }

    /// <summary>A name as one word of a POSIX shell.</summary>
    public static string Word(string name)
    {
        var shown = Visible.Text(name);
        return shown.Length > 0 && shown.All(IsPlain) ? shown : $"'{shown.Replace("'", @"'\''", StringComparison.Ordinal)}'";
    }

    /// <summary>A name as a double-quoted scalar of YAML.</summary>
    public static string Scalar(string name) => $"\"{Visible.Text(name)
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static string Row(string[] cells) => $"| {string.Join(" | ", cells)} |";

    private static bool IsPlain(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '/' or '-' or ':';

    // A value may be as long as a cluster lets it be; a name that long helps nobody.
    private static string Shown(string text)
    {
        var cut = text.Length <= LongestName ? text
            : text[..(char.IsHighSurrogate(text[LongestName - 1]) ? LongestName - 1 : LongestName)] + "…";
        return Visible.Text(cut);
    }
}
