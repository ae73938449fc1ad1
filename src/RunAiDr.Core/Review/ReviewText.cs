using System.Globalization;
using RunAiDr.Core.Comparison;
using RunAiDr.Core.Runbook;

namespace RunAiDr.Core.Review;

/// <summary>
/// A pull request about drift in words: dangers first, then what changed by project, who did it, and the lines. It stays
/// within what every forge takes, and says what it leaves out.
/// </summary>
internal static class ReviewText
{
    private const int MostDangers = 50;
    private const int MostNamed = 10;
    private const int MostFields = 20;
    private const int MostActors = 30;

    // GitHub takes 65,536 characters, and these are what has no other bound.
    private const int LongestDangers = 8_000;
    private const int LongestNames = 3_000;
    private const int LongestFields = 4_000;
    private const int LongestChanges = 22_000;
    private const int LongestDiff = 22_000;
    private const string Mark = "<!-- runai-dr drift ";

    // The name of a cluster is the operator's own; others would notify people who have such a name.
    public static string Title(ObservedDrift drift)
    {
        var counts = string.Join(", ", Counts(drift.Differences.Items));
        return $"Drift of {drift.Cluster}: {counts}{(Dangers(drift).Count > 0 ? ", look at the dangers" : "")}";
    }

    public static string Body(ObservedDrift drift, string head, string branchOfRecord) => string.Join('\n', (string[])
    [
        $"Cluster {ReviewMarkup.Code(drift.Cluster)} is not as the branch of record {ReviewMarkup.Code(branchOfRecord)} has it: {string.Join(", ", Counts(drift.Differences.Items))}.",
        "",
        "Merge this to make what was observed the state of record. To refuse it, change the cluster back: then this closes by itself. Closed without a merge it stays closed until the drift changes.",
        "",
        .. DangerSection(drift),
        "## What changed",
        .. Changes(drift),
        "",
        "## Who changed it, since which restore point",
        "",
        $"- Field managers: {(drift.Actors.Count == 0 ? "none is known" : Names(drift.Actors, MostActors))}",
        $"- Departs from {Departure(drift.Record)}",
        "",
        .. DiffSection(drift.Differences.Items, head, branchOfRecord),
        $"{Mark}{drift.Digest()} -->",
        "",
    ]);

    /// <summary>Whether a pull request was about this very drift.</summary>
    public static bool IsAbout(string body, ObservedDrift drift) => body.Contains($"{Mark}{drift.Digest()} -->", StringComparison.Ordinal);

    /// <summary>The body of a pull request that is about no drift any more, and the mark of what it was about; empty without one.</summary>
    public static (string Body, string Mark) Split(string body) =>
        body.IndexOf(Mark, StringComparison.Ordinal) is >= 0 and var start ? (body[..start], body[start..].Trim()) : (body, "");

    /// <summary>What is said on closing: once for each mark.</summary>
    public static string ClosingRemark(string cluster, string mark) =>
        $"Cluster {ReviewMarkup.Code(cluster)} is again as the branch of record has it, so nothing is left to review.\n\n{mark}".TrimEnd();

    private static IEnumerable<string> Counts(IReadOnlyList<StateDifference> items) =>
        from kind in (DifferenceKind[])[DifferenceKind.Changed, DifferenceKind.Added, DifferenceKind.Missing]
        let count = items.Count(item => item.Kind == kind)
        where count > 0
        select string.Create(CultureInfo.InvariantCulture, $"{count} {Word(kind)}");

    private static string Word(DifferenceKind kind) => kind switch
    {
        DifferenceKind.Added => "added",
        DifferenceKind.Missing => "deleted",
        _ => "changed",
    };

    private static IEnumerable<string> DangerSection(ObservedDrift drift)
    {
        var dangers = Dangers(drift);
        var shown = Within(dangers, MostDangers, LongestDangers);
        return dangers.Count == 0 ? [] : ["## Dangers", "", .. shown.Select(danger => $"- {danger}"), .. More(dangers.Count - shown.Count, "- "), ""];
    }

    private static List<string> Dangers(ObservedDrift drift)
    {
        var items = drift.Differences.Items;
        var (deleted, before) = (items.Where(item => item.Kind == DifferenceKind.Missing).Select(item => item.Path).ToList(), drift.Differences.SavedPaths.Count);
        var dangers = items.SelectMany(item => item.Dangers.Select(danger => $"{ReviewMarkup.Code(item.Path)}: {ReviewMarkup.Code(danger)}")).ToList();
        if (drift.Record is not null && items.Count > drift.Guard.Count && items.Count >= drift.Guard.Share * before)
        {
            dangers.Insert(0, $"Many at once: {items.Count} files differ, and the branch of record has {before}");
        }

        if (deleted.Count > 0)
        {
            dangers.Insert(0, $"Deleted: {Names(deleted, MostNamed)}");
        }

        return dangers;
    }

    private static List<string> Changes(ObservedDrift drift)
    {
        var length = 0;
        var blocks = drift.Differences.Items
            .GroupBy(item => item.Namespace ?? "", StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal)
            .SelectMany(group => group.Select((item, i) => i == 0 ? ["", $"### {Place(group.Key, drift.Projects)}", "", .. Lines(item)] : Lines(item)));
        var shown = blocks.TakeWhile(block => (length += block.Sum(line => line.Length + 1)) <= LongestChanges).ToList();
        var left = drift.Differences.Items.Count - shown.Count;
        return [.. shown.SelectMany(block => block), .. left > 0 ? ["", $"{left} more files do not fit here."] : Array.Empty<string>()];
    }

    private static string Place(string ns, IReadOnlyDictionary<string, string> projects) =>
        ns.Length == 0 ? "Whole cluster"
        : projects.TryGetValue(ns, out var project) ? $"Project {ReviewMarkup.Code(project)}, namespace {ReviewMarkup.Code(ns)}"
        : $"Namespace {ReviewMarkup.Code(ns)}";

    private static List<string> Lines(StateDifference item)
    {
        var fields = Within(item.Fields.Select(field => $"  - {ReviewMarkup.Code(field.ToString())}"), MostFields, LongestFields);
        return [$"- {Word(item.Kind)} {ReviewMarkup.Code(item.Path)}", .. fields, .. More(item.Fields.Count - fields.Count, "  - and ")];
    }

    private static string Names(IReadOnlyList<string> names, int most)
    {
        var shown = Within(names.Select(ReviewMarkup.Code), most, LongestNames);
        return string.Join(", ", [.. shown, .. More(names.Count - shown.Count, "and ")]);
    }

    // One that is too long does not hide those after it.
    private static List<string> Within(IEnumerable<string> texts, int most, int longest)
    {
        var left = longest;
        return texts.Where(text => text.Length + 3 <= left && (left -= text.Length + 3) >= 0).Take(most).ToList();
    }

    private static IEnumerable<string> More(int left, string before) => left > 0 ? [$"{before}{left} more"] : [];

    private static string Departure(RecordedPoint? record) => record is null
        ? "nothing: the branch of record has no restore point of this cluster yet"
        : string.Create(CultureInfo.InvariantCulture, $"restore point {ReviewMarkup.Code(record.Commit.Abbreviated)} of {record.CommittedAt.ToUniversalTime():yyyy-MM-dd HH:mm} UTC");

    private static List<string> DiffSection(IReadOnlyList<StateDifference> items, string head, string branchOfRecord)
    {
        // One line too many tells that there is more, and no file beyond it is compared.
        var length = 0;
        var lines = items.SelectMany(item => item.UnifiedDiff()).Select(ReviewMarkup.Cut)
            .TakeWhile(line => length <= LongestDiff && (length += line.Length + 1) > 0).ToList();
        var isCut = length > LongestDiff;
        var shown = isCut ? lines[..^1] : lines;
        var rest = $"The rest does not fit here; {ReviewMarkup.Code($"git diff {branchOfRecord} {head}")} has all of it.";
        return lines.Count == 0 ? [] :
        [
            "<details><summary>Line by line</summary>",
            "",
            .. Markdown.Block("diff", shown),
            .. isCut ? [rest, ""] : Array.Empty<string>(),
            "</details>",
            "",
        ];
    }
}
