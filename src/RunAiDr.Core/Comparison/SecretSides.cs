using RunAiDr.Core.Secrets;

namespace RunAiDr.Core.Comparison;

/// <summary>
/// Hides what stands on one side of a difference where a placeholder stands on the other: it is most likely the value that
/// the placeholder stands for, not recognized as a secret.
/// </summary>
internal static class SecretSides
{
    private const string Hidden = "[secret]";

    /// <summary>Changes of a resource; those of one field, such as the items of a list, are the same difference.</summary>
    public static IEnumerable<FieldChange> Of(IEnumerable<FieldChange> changes) =>
        from change in changes.ToLookup(change => change.Field, StringComparer.Ordinal)
        let before = NamesIn(change.Select(one => one.Before))
        let after = NamesIn(change.Select(one => one.After))
        from one in change
        select one with { Before = Shown(one.Before, before, after), After = Shown(one.After, after, before) };

    /// <summary>Lines with <c>+</c> or <c>-</c> in front; each run of them is one difference.</summary>
    public static IEnumerable<string> Of(IEnumerable<string> lines)
    {
        var run = new List<string>();
        foreach (var line in lines)
        {
            if (line is ['+' or '-', ..])
            {
                run.Add(line);
                continue;
            }

            foreach (var changed in OfRun(run))
            {
                yield return changed;
            }

            run.Clear();
            yield return line;
        }

        foreach (var changed in OfRun(run))
        {
            yield return changed;
        }
    }

    private static IEnumerable<string> OfRun(List<string> run)
    {
        var before = NamesIn(run.Where(line => line[0] == '-'));
        var after = NamesIn(run.Where(line => line[0] == '+'));
        return before.Count + after.Count == 0 ? run : run.Select(line => line[0] == '-'
            ? Shown(line, before, after, "- ") ?? "" : Shown(line, after, before, "+ ") ?? "");
    }

    // A placeholder that the other side has too may have lost the secret beside it.
    private static string? Shown(string? text, HashSet<string> own, HashSet<string> other, string mark = "") =>
        text is null || other.IsSubsetOf(own) || Placeholder.NamesIn(text).Any(name => !other.Contains(name)) ? text : mark + Hidden;

    private static HashSet<string> NamesIn(IEnumerable<string?> texts) =>
        texts.SelectMany(text => Placeholder.NamesIn(text ?? "")).ToHashSet(StringComparer.Ordinal);
}
