using System.Globalization;
using RunAiDr.Core.Checkpoints;
using RunAiDr.Core.Snapshots;
using RunAiDr.Core.State;

namespace RunAiDr.Tests.Core.Checkpoints;

public class RetentionPlanTests
{
    private static readonly UsableSnapshots Nothing = UsableSnapshots.None;

    [Fact]
    public void Without_a_policy_everything_stays()
    {
        Assert.Equal(3, Kept(new RetentionPolicy(), Nothing, At("2026-11-27 01:00"), At("2026-11-26 01:00"), At("2024-01-01 01:00")).Length);
    }

    [Fact]
    public void The_last_ones_stay()
    {
        Assert.Equal(
            ["20261127-010000 last", "20261126-010000 last"],
            Kept(new RetentionPolicy(Last: 2), Nothing, At("2026-11-27 01:00"), At("2026-11-26 01:00"), At("2026-11-25 01:00")));
    }

    [Fact]
    public void Of_each_day_week_and_month_the_newest_stays()
    {
        Assert.Equal(
            ["20261127-130000 daily", "20261126-010000 daily", "20261122-010000 weekly", "20261031-010000 monthly"],
            Kept(
                new RetentionPolicy(Daily: 2, Weekly: 2, Monthly: 2),
                Nothing,
                At("2026-11-27 13:00"),
                At("2026-11-27 01:00"),
                At("2026-11-26 01:00"),
                At("2026-11-22 01:00"),
                At("2026-11-21 01:00"),
                At("2026-10-31 01:00"),
                At("2026-10-30 01:00")));
    }

    [Fact]
    public void Days_are_those_of_the_time_zone()
    {
        var zone = TimeZoneInfo.CreateCustomTimeZone("east", TimeSpan.FromHours(2), "east", "east");

        Assert.Equal(
            ["20261126-230000 daily", "20261126-210000 daily"],
            Kept(new RetentionPolicy(Daily: 2) { TimeZone = zone }, Nothing, At("2026-11-26 23:00"), At("2026-11-26 22:30"), At("2026-11-26 21:00")));
    }

    [Fact]
    public void What_an_operator_named_stays()
    {
        Assert.Equal(
            ["20261127-010000 last", "before-upgrade it was given a name", "by-export it is no checkpoint"],
            Kept(
                new RetentionPolicy(Last: 1),
                Nothing,
                At("2026-11-27 01:00"),
                At("2026-11-26 01:00"),
                At("2025-11-26 01:00", "before-upgrade"),
                At("2025-11-25 01:00", "by-export", message: "Restore point")));
    }

    [Fact]
    public void A_partial_one_stands_for_no_day()
    {
        Assert.Equal(
            ["20261127-010000 daily"],
            Kept(new RetentionPolicy(Daily: 1), Nothing, At("2026-11-27 02:00", failure: "no"), At("2026-11-27 01:00")));
    }

    [Fact]
    public void The_newest_usable_snapshot_of_a_component_stays_whatever_the_policy_says()
    {
        Checkpoint[] tags = [At("2026-11-27 01:00"), At("2026-11-26 01:00"), At("2026-11-25 01:00")];
        var usable = UsableSnapshots.None with
        {
            Newest = new Dictionary<SnapshotComponent, UsableSnapshot> { [SnapshotComponent.Database] = new(tags[2], tags[2].References[0]) },
        };

        Assert.Equal(
            ["20261127-010000 last", "20261125-010000 the newest usable database"], Kept(new RetentionPolicy(Last: 1), usable, tags));
    }

    [Fact]
    public void A_week_belongs_to_the_year_that_has_its_thursday()
    {
        Assert.Equal(
            ["20270103-010000 weekly"],
            Kept(new RetentionPolicy(Weekly: 5), Nothing, At("2027-01-03 01:00"), At("2026-12-28 01:00")));
    }

    private static string[] Kept(RetentionPolicy policy, UsableSnapshots usable, params Checkpoint[] tags) =>
    [
        .. RetentionPlan.Of(tags, policy, usable).Where(verdict => verdict.KeptBecause is not null)
            .Select(verdict => $"{verdict.Checkpoint.Name} {verdict.KeptBecause}"),
    ];

    private static Checkpoint At(string time, string? name = null, string? failure = null, string? message = null)
    {
        var at = DateTimeOffset.Parse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        name ??= CheckpointName.At(at);
        var reference = new SnapshotReference
        {
            Component = SnapshotComponent.Database,
            Provider = "csi",
            Checkpoint = name,
            TakenAt = at,
            Location = name,
            Failure = failure,
        };
        return new Checkpoint(
            new StateTag(name, new CommitId(new string('a', 40)), at, message ?? CheckpointSummary.Subject(name, "prod")), [reference]);
    }
}
