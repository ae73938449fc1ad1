namespace RunAiDr.Core.Checkpoints;

/// <summary>
/// Which checkpoints are kept: the newest <paramref name="Last"/>, and of each of the last <paramref name="Daily"/> days,
/// <paramref name="Weekly"/> weeks and <paramref name="Monthly"/> months that have one, the newest. With nothing set,
/// all are kept.
/// </summary>
public sealed record RetentionPolicy(int Last = 0, int Daily = 0, int Weekly = 0, int Monthly = 0)
{
    /// <summary>Whose days, weeks and months.</summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Utc;

    public bool KeepsAll => Last + Daily + Weekly + Monthly == 0;
}
