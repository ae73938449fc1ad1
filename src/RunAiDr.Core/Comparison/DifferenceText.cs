using RunAiDr.Core.Resources;

namespace RunAiDr.Core.Comparison;

/// <summary>Differences as lines for people, by namespace. Names and values are made <see cref="Visible"/>.</summary>
public static class DifferenceText
{
    /// <summary>What <c>drift</c> shows. With <paramref name="unified"/> the line-based diff of each file follows it.</summary>
    public static IEnumerable<string> Lines(IReadOnlyList<StateDifference> differences, bool unified = false)
    {
        foreach (var group in differences.GroupBy(d => d.Namespace ?? "", StringComparer.Ordinal)
            .OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            yield return Visible.Text(group.Key.Length == 0 ? "cluster" : $"namespace {group.Key}");
            foreach (var difference in group)
            {
                yield return Visible.Text($"  {Mark(difference.Kind)} {difference.Path}{Note(difference.Kind)}");
                foreach (var line in Dangers(difference).Concat(Fields(difference)))
                {
                    yield return Visible.Text($"      {line}");
                }

                foreach (var line in unified ? difference.UnifiedDiff() : [])
                {
                    yield return Visible.Text($"    {line}");
                }
            }
        }
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

    private static string Note(DifferenceKind kind) => kind switch
    {
        DifferenceKind.Added => " (in the cluster only)",
        DifferenceKind.Missing => " (in the restore point only)",
        _ => "",
    };
}
