using System.Globalization;

namespace RunAiDr.Core.Checkpoints;

/// <summary>
/// Names of checkpoints: they become parts of tags, label values and names of Kubernetes objects. One that runai-dr chose
/// is the time of the checkpoint, <c>20261127-010003</c>; only those are subject to retention.
/// </summary>
public static class CheckpointName
{
    /// <summary>The rule in words.</summary>
    public const string Rule = "lower-case letters, digits and '-' only, and at most 50 characters";

    private const int Longest = 50;
    private const string Format = "yyyyMMdd'-'HHmmss";

    public static string At(DateTimeOffset time) => time.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>Whether runai-dr chose the name, and not an operator.</summary>
    public static bool IsAutomatic(string name) => TimeOf(name) is not null;

    /// <summary>The time that an automatic name tells; null of another name.</summary>
    public static DateTimeOffset? TimeOf(string name) =>
        DateTimeOffset.TryParseExact(
            name, Format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;

    /// <exception cref="RunAiDrException">The name breaks the rule.</exception>
    public static void Check(string name)
    {
        if (name.Length is 0 or > Longest || name[0] == '-' || name[^1] == '-'
            || !name.All(letter => letter is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-'))
        {
            throw new RunAiDrException(
                Fault.Configuration, $"'{Resources.Visible.Text(name)}' cannot be the name of a checkpoint.", $"A name has {Rule}.");
        }
    }
}
