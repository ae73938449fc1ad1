namespace RunAiDr.Core.Comparison;

/// <summary>
/// How one field differs. Null before: it is new; null after: it is gone; both null: <paramref name="Field"/> says it.
/// Multi-line texts are given as <paramref name="Lines"/>, each with <c>+</c>, <c>-</c> or a blank in front.
/// </summary>
public sealed record FieldChange(string Field, string? Before, string? After, IReadOnlyList<string> Lines)
{
    public override string ToString() => (Before, After, Lines.Count) switch
    {
        (_, _, > 0) => $"{Field}: {Lines.Count(line => line[0] is '+' or '-')} lines changed",
        (null, null, _) => Field,
        (null, _, _) => $"{Field}: + {After}",
        (_, null, _) => $"{Field}: - {Before}",
        _ => $"{Field}: {Before} → {After}",
    };
}
