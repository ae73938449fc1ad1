namespace RunAiDr.Core.Secrets;

/// <summary>
/// Where a secret stands in a text, a word that says what it is (the name of a variable, <c>url-password</c>), and why it
/// is one.
/// </summary>
internal readonly record struct SecretSpan(int Start, int Length, string Label, string Reason)
{
    public int End => Start + Length;

    /// <summary>No operator can declare it harmless: a private key, the password of a URL.</summary>
    public bool IsCertain { get; init; }

    /// <summary>It gives itself away by chance only, so any other reason goes before.</summary>
    public bool IsRandomWord { get; init; }

    public static SecretSpan ByName(int start, int length, string name) => new(start, length, name, $"name {name}");

    public static SecretSpan ByForm(int start, int length, string form) => new(start, length, form, $"form {form}");

    /// <summary>In the order of the text; spans that overlap become one.</summary>
    public static List<SecretSpan> Merge(List<SecretSpan> spans)
    {
        spans.Sort((a, b) => a.Start != b.Start ? a.Start.CompareTo(b.Start)
            : a.Length != b.Length ? b.Length.CompareTo(a.Length)
            : a.IsRandomWord.CompareTo(b.IsRandomWord));
        var merged = new List<SecretSpan>(spans.Count);
        foreach (var span in spans)
        {
            if (merged.Count > 0 && span.Start < merged[^1].End)
            {
                var last = merged[^1];
                merged[^1] = (last.IsRandomWord ? span : last) with
                {
                    Start = last.Start,
                    Length = Math.Max(last.End, span.End) - last.Start,
                    IsCertain = last.IsCertain || span.IsCertain,
                };
            }
            else
            {
                merged.Add(span);
            }
        }

        return merged;
    }
}
