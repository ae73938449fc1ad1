using RunAiDr.Core.Sync;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Core.Sync;

public class ClusterSyncClockTests
{
    [Fact]
    public async Task A_time_of_day_that_jumps_changes_dates_and_nothing_else()
    {
        var clock = new JumpingClock();
        await using var cluster = await SyncedCluster.StartAsync(clock: clock);
        await cluster.UntilReadyAsync();
        var (commits, jumps) = (cluster.Commits(), (int[])[-400, 3, 2000, -5000, 30]);

        foreach (var days in jumps)
        {
            clock.Jump(TimeSpan.FromDays(days));
            var template = Given.ConfigMap("runai", $"day-{days}", "v");
            template.Metadata["labels"] = new System.Text.Json.Nodes.JsonObject { ["runai/template"] = "true" };
            cluster.Load(template);
            await cluster.UntilFileAsync($"templates/day-{days}.yaml");
            Assert.InRange(cluster.Journal.Status().RestorePointAge ?? TimeSpan.MaxValue, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        }

        Assert.True(cluster.Journal.Status().Ready);
        Assert.Equal(commits + jumps.Length, cluster.Commits());
        await cluster.UntilCompleteAsync();
    }

    [Theory]
    [InlineData(1, true, 0)]
    [InlineData(2, true, 1)]
    [InlineData(5, true, 8)]
    [InlineData(20, true, 60)]
    [InlineData(1, false, 0)]
    [InlineData(5, false, 8)]
    [InlineData(20, false, 10)]
    public void Failures_make_pauses_long_and_mere_readings_do_not(int unhealthy, bool failed, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), ClusterSync.PauseAfter(unhealthy, failed));
}
