namespace RunAiDr.Core.Secrets;

/// <summary>
/// Where a secret stands in a text, and a word that says what it is (the name of a variable, <c>url-password</c>).
/// </summary>
internal readonly record struct SecretSpan(int Start, int Length, string Label)
{
    public int End => Start + Length;

    /// <summary>In the order of the text; spans that overlap become one.</summary>
    public static List<SecretSpan> Merge(List<SecretSpan> spans)
    {
        spans.Sort((a, b) => a.Start != b.Start ? a.Start.CompareTo(b.Start) : b.Length.CompareTo(a.Length));
        var merged = new List<SecretSpan>(spans.Count);
        foreach (var span in spans)
        {
            if (merged.Count > 0 && span.Start < merged[^1].End)
            {
                var last = merged[^1];
                merged[^1] = last with { Length = Math.Max(last.End, span.End) - last.Start };
            }
            else
            {
                merged.Add(span);
            }
        }

        return merged;
    }
}
