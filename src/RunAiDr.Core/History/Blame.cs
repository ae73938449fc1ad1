namespace RunAiDr.Core.History;

/// <summary>A field of a file, its value, and the commit that last set it.</summary>
public sealed record BlamedField(string Field, string Value, HistoryEntry Entry);

/// <summary>Finds who last set each field of a file: by what the fields hold, however the lines of the file moved.</summary>
public static class Blame
{
    /// <summary>The fields in the order of the file; none when it is not there, or holds none.</summary>
    /// <param name="steps">The history of the file, the newest first.</param>
    public static IReadOnlyList<BlamedField> Of(IEnumerable<DocumentStep> steps)
    {
        List<Leaf>? fields = null;
        var open = new HashSet<Leaf>();
        var found = new Dictionary<Leaf, HistoryEntry>();
        foreach (var step in steps)
        {
            if (fields is null)
            {
                fields = [.. Leaf.Of(step.After).Distinct()];
                open.UnionWith(fields);
            }

            var before = Leaf.Of(step.Before).ToHashSet();
            foreach (var leaf in open.Where(leaf => !before.Contains(leaf)))
            {
                found.Add(leaf, step.Entry);
            }

            open.IntersectWith(before);
            if (open.Count == 0)
            {
                break;
            }
        }

        return [.. (fields ?? []).Where(found.ContainsKey).Select(leaf => new BlamedField(leaf.Field, leaf.Value, found[leaf]))];
    }
}
