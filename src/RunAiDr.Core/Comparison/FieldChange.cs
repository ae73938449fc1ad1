namespace RunAiDr.Core.Comparison;

/// <summary>
/// How one field differs. Null before: it is new; null after: it is gone; both null: <paramref name="Field"/> says it.
/// Multi-line texts are given as <paramref name="Lines"/>, each with <c>+</c>, <c>-</c> or a blank in front.
/// </summary>
public sealed record FieldChange(string Field, string? Before, string? After, IReadOnlyList<string> Lines)
{
    public override string ToString() => FieldWords.Of(this) ?? (Before, After, Lines.Count) switch
    {
        (_, _, > 0) => $"{Field}: {Counted(Lines)} changed",
        (null, null, _) => Field,
        (null, _, _) => $"{Field}: + {After}",
        (_, null, _) => $"{Field}: - {Before}",
        _ => $"{Field}: {Before} → {After}",
    };

    internal static string Counted(IReadOnlyList<string> lines) =>
        lines.Count(line => line[0] is '+' or '-') is var count and not 1 ? $"{count} lines" : "1 line";
}
