using RunAiDr.Core.Resources;

namespace RunAiDr.Core.Comparison;

/// <summary>Differences as lines for people, by namespace. Names and values are made <see cref="Visible"/>.</summary>
public static class DifferenceText
{
    private const string Gone = " (in the restore point only)";
    private const string New = " (in the cluster only)";

    /// <summary>What <c>drift</c> shows. With <paramref name="unified"/> the line-based diff of each file follows it.</summary>
    public static IEnumerable<string> Lines(Drift drift, bool unified) =>
        drift.Groups.SelectMany(group => Section(group.Title, group.Items, unified, Gone, New)).Append(drift.Summary.ToString());

    /// <summary>Differences of a live cluster from a restore point.</summary>
    public static IEnumerable<string> Lines(IReadOnlyList<StateDifference> differences, bool unified = false) =>
        Lines(differences, unified, Gone, New);

    /// <summary>What <c>diff</c> shows of two restore points.</summary>
    public static IEnumerable<string> LinesBetween(IReadOnlyList<StateDifference> differences, bool unified) =>
        Lines(differences, unified, " (before only)", " (after only)");

    private static IEnumerable<string> Lines(IReadOnlyList<StateDifference> differences, bool unified, string gone, string added) =>
        differences.GroupBy(d => d.Namespace ?? "", StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal)
            .SelectMany(group => Section(group.Key.Length == 0 ? "cluster" : $"namespace {group.Key}", group, unified, gone, added));

    private static IEnumerable<string> Section(
        string title, IEnumerable<StateDifference> differences, bool unified, string gone, string added)
    {
        yield return Visible.Text(title);
        foreach (var difference in differences)
        {
            yield return Visible.Text($"  {Mark(difference.Kind)} {difference.Path}{NoteOf(difference.Kind)}");
            foreach (var line in Dangers(difference).Concat(Fields(difference)))
            {
                yield return Visible.Text($"      {line}");
            }

            foreach (var line in unified ? difference.UnifiedDiff() : [])
            {
                yield return Visible.Text($"    {line}");
            }
        }

        string NoteOf(DifferenceKind kind) => kind switch
        {
            DifferenceKind.Added => added,
            DifferenceKind.Missing => gone,
            _ => "",
        };
    }

    /// <summary>What <c>verify</c> shows, the verdict last.</summary>
    public static IEnumerable<string> Lines(VerifyResult result, bool unified = false)
    {
        foreach (var line in Lines(result.Differences, unified))
        {
            yield return line;
        }

        foreach (var group in result.Deferred.GroupBy(d => d.WaitsFor, StringComparer.Ordinal))
        {
            yield return $"waits for {group.Key}";
            foreach (var deferred in group)
            {
                yield return Visible.Text($"  {Mark(deferred.Difference.Kind)} {deferred.Difference.Path}");
            }
        }

        foreach (var line in result.Warnings.Select(text => $"warning: {text}")
            .Concat(result.Information.Select(text => $"note: {text}")))
        {
            yield return Visible.Text(line);
        }

        yield return (result.Equal, result.Deferred.Count) switch
        {
            (false, _) => result.Differences.Count == 1 ? "not equal: 1 file differs" : $"not equal: {result.Differences.Count} files differ",
            (true, 0) => "equal",
            _ => $"equal, but for {result.Deferred.Count} files that others bring back",
        };
    }

    private static IEnumerable<string> Dangers(StateDifference difference) =>
        difference.Dangers.Select(danger => $"DANGER: {danger}");

    private static IEnumerable<string> Fields(StateDifference difference) =>
        difference.Fields.SelectMany(field => field.Lines.Select(line => $"  {line}").Prepend(field.ToString()));

    private static char Mark(DifferenceKind kind) => kind switch
    {
        DifferenceKind.Added => '+',
        DifferenceKind.Missing => '-',
        _ => '~',
    };
}
