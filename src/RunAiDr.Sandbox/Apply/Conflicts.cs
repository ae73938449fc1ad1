namespace RunAiDr.Sandbox.Apply;

/// <summary>Fields that an apply would change and that belong to others.</summary>
internal static class Conflicts
{
    /// <summary>The 409 of the conflicts, null when there are none.</summary>
    public static Refusal? In(IEnumerable<ManagedEntry> entries, FieldOwner applying, FieldSet changes)
    {
        var conflicts = entries.Where(entry => !entry.Owner.SameAs(applying))
            .Select(entry => (entry.Owner, Paths: entry.Fields.Intersect(changes).Paths.Select(PathElement.Print).ToList()))
            .Where(conflict => conflict.Paths.Count > 0)
            .OrderBy(conflict => conflict.Owner.ToString(), StringComparer.Ordinal)
            .ToList();
        var count = conflicts.Sum(conflict => conflict.Paths.Count);
        if (count == 0)
        {
            return null;
        }

        var causes = conflicts.SelectMany(conflict => conflict.Paths.Select(path =>
            new Cause("FieldManagerConflict", $"conflict with {conflict.Owner}", path)));
        var list = conflicts.Select(conflict => $"conflicts with {conflict.Owner}:\n- {string.Join("\n- ", conflict.Paths)}");
        var text = count == 1
            ? $"1 conflict: conflict with {conflicts[0].Owner}: {conflicts[0].Paths[0]}"
            : $"{count} conflicts: {string.Join('\n', list)}";
        var details = new System.Text.Json.Nodes.JsonObject { ["causes"] = Refusal.ToJson(causes) };
        return new Refusal(409, "Conflict", $"Apply failed with {text}", details);
    }
}
