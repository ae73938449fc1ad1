using System.Text.RegularExpressions;

namespace RunAiDr.Cli.Output;

/// <summary>Markdown as this project writes it, for a terminal: tables become entries, marks go, examples stay as they are.</summary>
internal static partial class PlainText
{
    private const int Width = 100;
    private const int Indent = 6;

    public static IEnumerable<string> Of(IEnumerable<string> lines)
    {
        var (isCode, isHead) = (false, true);
        foreach (var line in lines)
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                isCode = !isCode;
                continue;
            }

            var isRow = !isCode && line.StartsWith('|');
            if (isRow && !isHead && !line.StartsWith("|-", StringComparison.Ordinal))
            {
                foreach (var part in Entry(line))
                {
                    yield return part;
                }
            }

            // The first row of a table names its columns.
            isHead = !isRow;
            if (!isRow)
            {
                yield return isCode ? $"    {line}" : line.StartsWith("    ", StringComparison.Ordinal) ? line : Unmarked(line);
            }
        }
    }

    private static IEnumerable<string> Entry(string row)
    {
        var cells = row.Trim('|').Split('|').Select(cell => Unmarked(cell.Trim())).ToArray();
        var text = cells.Length > 2 && cells[^1].Length > 0 ? $"{string.Join("; ", cells[1..^1])} [{cells[^1]}]" : string.Join("; ", cells[1..].Where(cell => cell.Length > 0));
        var isShort = cells[0].Length < Indent - 2;
        if (!isShort)
        {
            yield return $"  {cells[0]}";
        }

        var first = isShort ? $"  {cells[0]}".PadRight(Indent) : new string(' ', Indent);
        foreach (var line in Wrapped(text))
        {
            yield return first + line;
            first = new string(' ', Indent);
        }
    }

    private static IEnumerable<string> Wrapped(string text)
    {
        var line = "";
        foreach (var word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + word.Length >= Width - Indent)
            {
                yield return line;
                line = "";
            }

            line = line.Length == 0 ? word : $"{line} {word}";
        }

        yield return line;
    }

    private static string Unmarked(string text) => Link().Replace(text, "${text}")
        .Replace("`", "", StringComparison.Ordinal).Replace("**", "", StringComparison.Ordinal);

    [GeneratedRegex(@"\[(?<text>[^\]]+)\]\([^)]+\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Link();
}
