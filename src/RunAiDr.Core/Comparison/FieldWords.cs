namespace RunAiDr.Core.Comparison;

/// <summary>What people call the fields that change most; other fields go by their path.</summary>
internal static class FieldWords
{
    private static readonly (string Path, string Word)[] Maps =
        [("metadata.labels", "label"), ("metadata.annotations", "annotation"), ("data", "data key"), ("binaryData", "binary data key")];

    /// <summary>Such as <c>subject added: User alice</c>; null where there is no word for the change.</summary>
    public static string? Of(FieldChange change) => WordFor(change) is not { } word ? null : change switch
    {
        { Lines.Count: > 0 } => $"{word} {VerbOf(change.Lines)}: {FieldChange.Counted(change.Lines)}",
        { Before: null, After: null } => null,
        { Before: null } => $"{word} added: {change.After}",
        { After: null } => $"{word} removed: {change.Before}",
        _ => $"{word} changed: {change.Before} → {change.After}",
    };

    // With both sides it is the order of the subjects that changed.
    private static string? WordFor(FieldChange change) =>
        change.Field == "subjects" ? (change.Before is null || change.After is null ? "subject" : null)
        : Maps.Select(map => KeyIn(map.Path, change.Field) is { } key ? $"{map.Word} {key}" : null).FirstOrDefault(word => word is not null);

    // What lies deeper is no key of the map.
    private static string? KeyIn(string map, string field)
    {
        if (!field.StartsWith(map, StringComparison.Ordinal))
        {
            return null;
        }

        var key = field[map.Length..] switch
        {
            ['.', .. var plain] => plain,
            ['[', .. var quoted, ']'] => quoted,
            _ => "",
        };
        var isDeeper = field[map.Length..] is ['.', ..] ? key.AsSpan().ContainsAny('.', '[') : key.Contains(']', StringComparison.Ordinal);
        return key.Length == 0 || isDeeper ? null : key;
    }

    private static string VerbOf(IReadOnlyList<string> lines) =>
        lines.All(line => line[0] == '+') ? "added" : lines.All(line => line[0] == '-') ? "removed" : "changed";
}
