using System.Globalization;
using System.Text;
using RunAiDr.Core.Resources;
using RunAiDr.Core.State;

namespace RunAiDr.Git;

/// <summary>Subject, body and trailers as one message that <c>git interpret-trailers --parse</c> reads back.</summary>
internal static class MessageFormat
{
    private const string ChangedBy = "Changed-By: ";

    public static string Of(CommitText text)
    {
        var paragraphs = new List<string> { OneLine(text.Subject) };
        var body = Lines(text.Body);
        if (body.Length > 0)
        {
            paragraphs.Add(body);
        }

        if (text.Trailers.Count > 0)
        {
            paragraphs.Add(string.Join('\n', text.Trailers.Select(t => $"{OneLine(t.Key)}: {OneLine(t.Value)}")));
        }

        return string.Join("\n\n", paragraphs) + "\n";
    }

    /// <summary>Which cluster a commit read at which revision, from its trailers; null for a commit of anybody else.</summary>
    public static (string Cluster, ulong Revision)? ReadingOf(string message)
    {
        var trailers = message.TrimEnd('\n').Split("\n\n")[^1].Split('\n');
        return Value("Cluster: ") is { } cluster
            && ulong.TryParse(Value("Cluster-Revision: "), NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
                ? (cluster, revision)
                : null;

        string? Value(string key) =>
            Array.Find(trailers, line => line.StartsWith(key, StringComparison.Ordinal))?[key.Length..];
    }

    /// <summary>Who changed the cluster, from the trailers of a commit; none for a commit of anybody else.</summary>
    public static IReadOnlyList<string> ChangersOf(string message) =>
    [
        .. message.TrimEnd('\n').Split("\n\n")[^1].Split('\n')
            .Where(line => line.StartsWith(ChangedBy, StringComparison.Ordinal))
            .Select(line => line[ChangedBy.Length..].Trim())
            .Where(name => name.Length > 0),
    ];

    /// <summary>Text of several lines without what Git cannot hold: NUL, other control characters, halves of surrogate pairs.</summary>
    public static string Lines(string text) =>
        string.Join('\n', text.Split('\n').Select(line => Clean(line).TrimEnd())).Trim('\n');

    // Names and field managers come from the cluster: a line break in one must not forge a trailer.
    private static string OneLine(string text) =>
        string.Join(' ', Clean(text).Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            clean.Append(Rune.IsControl(rune) ? " " : Visible.Text(rune.ToString()));
        }

        return clean.ToString();
    }
}
