using System.Globalization;

namespace RunAiDr.Core.Checkpoints;

/// <summary>A checkpoint and why it stays; one without a reason goes.</summary>
public sealed record RetentionVerdict(Checkpoint Checkpoint, string? KeptBecause);

/// <summary>What a retention policy makes of the tags of a cluster.</summary>
public static class RetentionPlan
{
    /// <summary>A verdict on each tag, in their order. Named checkpoints and tags that are none are always kept.</summary>
    /// <param name="tags">The tags of a cluster, the newest first.</param>
    /// <param name="policy">Which are kept.</param>
    /// <param name="usable">The newest snapshots that can be restored from.</param>
    public static IReadOnlyList<RetentionVerdict> Of(
        IReadOnlyList<Checkpoint> tags, RetentionPolicy policy, UsableSnapshots usable)
    {
        var reasons = tags.Where(tag => !IsSubject(tag) || policy.KeepsAll)
            .ToDictionary(tag => tag, tag => policy.KeepsAll ? "no retention is configured" : tag.IsCheckpoint ? "it was given a name" : "it is no checkpoint");
        var subjects = tags.Where(IsSubject).ToList();
        Keep(subjects, policy.Last, tag => tag.Name, "last");
        var complete = subjects.Where(tag => !tag.IsPartial).ToList();
        Keep(complete, policy.Daily, tag => Local(tag).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), "daily");
        Keep(complete, policy.Weekly, WeekOf, "weekly");
        Keep(complete, policy.Monthly, tag => Local(tag).ToString("yyyy-MM", CultureInfo.InvariantCulture), "monthly");
        foreach (var (component, newest) in usable.Newest)
        {
            // Whatever the policy says: without this one there would be nothing to restore from.
            reasons.TryAdd(newest.Checkpoint, $"the newest usable {CheckpointSummary.NameOf(component)}");
        }

        return [.. tags.Select(tag => new RetentionVerdict(tag, reasons.GetValueOrDefault(tag)))];

        void Keep(IEnumerable<Checkpoint> candidates, int count, Func<Checkpoint, string> period, string why)
        {
            foreach (var newest in candidates.DistinctBy(period).Take(count))
            {
                reasons.TryAdd(newest, why);
            }
        }

        DateTime Local(Checkpoint tag) => TimeZoneInfo.ConvertTime(tag.Tag.TaggedAt, policy.TimeZone).DateTime;

        string WeekOf(Checkpoint tag) => string.Create(
            CultureInfo.InvariantCulture, $"{ISOWeek.GetYear(Local(tag))}-{ISOWeek.GetWeekOfYear(Local(tag))}");
    }

    private static bool IsSubject(Checkpoint tag) => tag.IsCheckpoint && CheckpointName.IsAutomatic(tag.Name);
}
