using RunAiDr.Core.Audit;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Tests.Core.Audit;

public sealed class RecoveryPointCourseTests
{
    private static readonly DateTimeOffset Start = new(2026, 10, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly AuditPeriod Period = new(Start, At(100));

    [Fact]
    public void An_objective_is_kept_while_some_snapshot_is_young_enough()
    {
        var course = Course(10, -5, 4, 13, 22, 31, 40, 49, 58, 67, 76, 85, 94);

        Assert.Empty(course.Missed);
        Assert.Equal(1, course.KeptIn(Period));
    }

    [Fact]
    public void It_is_missed_from_when_the_objective_has_passed_until_the_next_snapshot()
    {
        var course = Course(10, -5, 20, 50);

        Assert.Equal([(5, 20), (30, 50), (60, 100)], course.Missed.Select(Hours));
        Assert.Equal(0.25, course.KeptIn(Period));
        Assert.Equal([At(-5), At(20), At(50)], course.Taken);
    }

    [Fact]
    public void Before_the_first_snapshot_there_is_nothing_to_go_back_to()
    {
        Assert.Equal([(0, 40), (50, 100)], Course(10, 40).Missed.Select(Hours));
        Assert.Equal([(0, 100)], Course(10).Missed.Select(Hours));
        Assert.Equal(0, Course(10).KeptIn(Period));
    }

    [Fact]
    public void Without_an_objective_nothing_is_missed_and_nothing_kept()
    {
        var course = RecoveryPointCourse.Of(SnapshotComponent.Metrics, null, [At(50)], Period);

        Assert.Empty(course.Missed);
        Assert.Null(course.KeptIn(Period));
    }

    [Fact]
    public void Of_what_is_older_than_the_period_only_the_newest_counts()
    {
        Assert.Equal([At(-1), At(8)], Course(10, -30, -20, -1, 8, 8).Taken);
    }

    private static RecoveryPointCourse Course(int objective, params int[] hours) =>
        RecoveryPointCourse.Of(SnapshotComponent.Database, TimeSpan.FromHours(objective), hours.Reverse().Select(At), Period);

    private static DateTimeOffset At(int hours) => Start.AddHours(hours);

    private static (int From, int To) Hours(AuditPeriod span) => ((int)(span.From - Start).TotalHours, (int)(span.To - Start).TotalHours);
}
