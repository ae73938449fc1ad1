using RunAiDr.Cli.Output;
using RunAiDr.Core.Checkpoints;
using RunAiDr.Core.Comparison;
using RunAiDr.Core.History;
using RunAiDr.Core.State;

namespace RunAiDr.Cli.Commands;

/// <summary>One commit as <c>history</c> tells it. <paramref name="Fields"/> are known where one file or value was asked for.</summary>
internal sealed record HistoryRow(
    CommitId Commit,
    DateTimeOffset At,
    IReadOnlyList<string> Actors,
    string Subject,
    string? Release,
    IReadOnlyList<StateChange> Changes,
    IReadOnlyList<FieldChange> Fields)
{
    private const int ChangesShown = 5;

    private string Who => string.Join(", ", Actors);

    public static HistoryRow Of(HistoryEntry entry) =>
        new(entry.Commit, entry.At, entry.Actors, entry.Subject, Release: null, entry.Changes, []);

    public static HistoryRow Of(DocumentStep step) => Of(step.Entry) with { Fields = step.Changes };

    public static HistoryRow Of(ValueStep step) => Of(step.Entry) with { Release = step.Release, Fields = step.Changes };

    /// <summary>For a terminal, each as it comes.</summary>
    public static IEnumerable<string> Lines(IEnumerable<HistoryRow> rows)
    {
        var any = false;
        foreach (var row in rows)
        {
            any = true;
            yield return $"{CheckpointSummary.Time(row.At)}  {row.Commit.Abbreviated}  {row.Who,-16}  {row.Subject}";
            foreach (var line in row.Short())
            {
                yield return $"    {line}";
            }
        }

        if (!any)
        {
            yield return "No change";
        }
    }

    /// <summary>A row for each change: in CSV for all of them, else for those that a person looks at.</summary>
    public static Table Table(IEnumerable<HistoryRow> rows, OutputFormat format) => new(
        ["time", "commit", "who", "what", "change"],
        format == OutputFormat.Csv
            ? rows.SelectMany(row => row.Told().DefaultIfEmpty("").Select(change => row.Cells(row.Commit.Sha, change)))
            : rows.SelectMany(row => row.Short().DefaultIfEmpty("").Select(change => row.Cells(row.Commit.Abbreviated, change))));

    private string[] Cells(string commit, string change) => [CheckpointSummary.Time(At), commit, Who, Subject, change];

    private IEnumerable<string> Told()
    {
        var fields = Fields.SelectMany(field => field.Lines.Select(line => $"  {line}").Prepend(field.ToString()));
        return Fields.Count > 0
            ? Release is null ? fields : fields.Select(line => $"{Release}: {line}")
            : ChangeText.Told(Changes).Select(ChangeText.Of);
    }

    private IEnumerable<string> Short()
    {
        var told = Told().ToList();
        return Fields.Count > 0 || told.Count <= ChangesShown ? told : told.Take(ChangesShown).Append($"and {told.Count - ChangesShown} more");
    }
}
