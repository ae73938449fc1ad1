using RunAiDr.Core.Resources;
using RunAiDr.Core.Runbook;
using RunAiDr.Core.Secrets.Sealing;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Export;

/// <summary>The commit of an export: who changed what, to be read in <c>git log</c>.</summary>
public static class CommitMessage
{
    private const int LongestBody = 200;

    /// <param name="changes">The changes against the last restore point.</param>
    /// <param name="report">The export that found them.</param>
    /// <param name="isFirst">There is no restore point before this one.</param>
    public static CommitText For(IReadOnlyList<StateChange> changes, ExportReport report, bool isFirst)
    {
        // The runbook follows from the other files; alone it changes when they changed between two full exports.
        var paths = changes.Select(change => change.Path).ToHashSet(StringComparer.Ordinal);
        var lines = changes
            .Where(change => (change.Path != RunbookPage.Path || changes.Count == 1) && !SealedFiles.IsToldByAnother(change.Path, paths))
            .OrderBy(change => change.Path, StringComparer.Ordinal)
            .Select(change => (change.Kind, Subject: ChangedResource.At(change.Path, report)))
            .ToList();
        var subject = isFirst ? $"Export cluster {report.Cluster}" : SubjectOf(lines, report.Cluster);
        var body = isFirst ? Counts(report) : Body(lines);
        return new CommitText(subject, body, Trailers(changes, report, isFirst));
    }

    private static string SubjectOf(List<(StateChangeKind Kind, ChangedResource What)> lines, string cluster)
    {
        var places = lines.Select(line => line.What.Place).Distinct(StringComparer.Ordinal).ToList();
        var place = places.Count == 1 ? places[0] : cluster;
        if (lines.Count == 1)
        {
            return $"{place}: {Verb(lines[0].Kind)} {lines[0].What.Text}";
        }

        var what = lines.TrueForAll(line => line.What.IsSecret) ? "secrets of " : "";
        var parts = lines.GroupBy(line => line.Kind).OrderBy(group => group.Key)
            .Select(group => $"{Verb(group.Key)} {what}{group.Count()}");
        return $"{place}: {string.Join(", ", parts)} resources";
    }

    private static string Body(List<(StateChangeKind Kind, ChangedResource What)> lines)
    {
        var shown = lines.Take(LongestBody).Select(line => $"{Verb(line.Kind)} {line.What.Place}: {line.What.Text}");
        var rest = lines.Count > LongestBody ? [$"and {lines.Count - LongestBody} more"] : Array.Empty<string>();
        return string.Join('\n', shown.Concat(rest));
    }

    private static string Counts(ExportReport report) => string.Join('\n', report.Counts
        .OrderBy(count => count.Key, StringComparer.Ordinal)
        .Select(count => $"{count.Value} {count.Key}"));

    private static List<KeyValuePair<string, string>> Trailers(
        IReadOnlyList<StateChange> changes, ExportReport report, bool isFirst)
    {
        var trailers = new List<KeyValuePair<string, string>>
        {
            KeyValuePair.Create("Cluster", report.Cluster),
            KeyValuePair.Create("Cluster-Revision", report.Revision),
        };
        if (!isFirst)
        {
            trailers.AddRange(changes
                .Select(change => report.LastManagers.GetValueOrDefault(SealedFiles.DocumentOf(change.Path) ?? change.Path))
                .OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
                .Select(manager => KeyValuePair.Create("Changed-By", Visible.Text(manager))));
        }

        return trailers;
    }

    private static string Verb(StateChangeKind kind) => kind switch
    {
        StateChangeKind.Added => "add",
        StateChangeKind.Changed => "change",
        _ => "delete",
    };
}
