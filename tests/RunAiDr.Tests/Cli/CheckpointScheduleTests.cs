using System.Globalization;
using RunAiDr.Cli.Configuration;

namespace RunAiDr.Tests.Cli;

public class CheckpointScheduleTests
{
    [Theory]
    [InlineData("0 2 * * *", "2026-11-27T01:30:00Z", "2026-11-27T02:00:00Z")]
    [InlineData("0 2 * * *", "2026-11-27T02:00:00Z", "2026-11-28T02:00:00Z")]
    [InlineData("*/15 * * * *", "2026-11-27T02:01:00Z", "2026-11-27T02:15:00Z")]
    [InlineData("0 3 * * SUN", "2026-11-27T02:01:00Z", "2026-11-29T03:00:00Z")]
    public void The_next_time_comes_after_the_last(string text, string after, string next)
    {
        Assert.Equal(At(next), CheckpointSchedule.TryParse(text, TimeZoneInfo.Utc)!.Next(At(after)));
    }

    [Fact]
    public void A_time_that_summer_time_skips_comes_once_and_one_it_repeats_comes_once()
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        var schedule = CheckpointSchedule.TryParse("30 2 * * *", zone)!;

        Assert.Equal(At("2026-03-29T01:00:00Z"), schedule.Next(At("2026-03-28T12:00:00Z")));
        var first = schedule.Next(At("2026-10-24T12:00:00Z"));
        Assert.Equal(At("2026-10-25T00:30:00Z"), first);
        Assert.Equal(At("2026-10-26T01:30:00Z"), schedule.Next(first!.Value));
    }

    [Theory]
    [InlineData("")]
    [InlineData("daily")]
    [InlineData("60 * * * *")]
    [InlineData("0 0 2 * * ?")]
    [InlineData("0 0 31 2 *")]
    public void What_is_no_schedule_is_refused(string text)
    {
        Assert.Null(CheckpointSchedule.TryParse(text, TimeZoneInfo.Utc));
    }

    private static DateTimeOffset At(string time) => DateTimeOffset.Parse(time, CultureInfo.InvariantCulture);
}
