using RunAiDr.Core.Snapshots;

namespace RunAiDr.Tests.Core.Snapshots;

public sealed class MetricsComparisonTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 27, 3, 0, 0, TimeSpan.Zero);

    private static readonly MetricsFacts Saved = new(
        new Dictionary<string, string> { ["replica"] = "0", ["tenant"] = "runai" }, Now.AddDays(-90), Now.AddHours(-2), 1000, "183d");

    [Fact]
    public void Metrics_that_came_back_and_went_on_are_in_order() =>
        Assert.Empty(MetricsComparison.Compare(Saved, Saved with { Newest = Now, Series = 501 }, Now));

    [Fact]
    public void An_installation_without_metrics_is_in_order() => Assert.Empty(MetricsComparison.Compare(null, Saved, Now));

    [Fact]
    public void Metrics_that_are_not_there_any_more_are_told() => Assert.Single(MetricsComparison.Compare(Saved, null, Now));

    [Fact]
    public void Each_loss_is_a_line()
    {
        var live = new MetricsFacts(new Dictionary<string, string> { ["tenant"] = "other" }, Now.AddDays(-1), Now.AddHours(-3), 10);

        Assert.Equal(
            [
                "external label replica is not there, and was 0: it is another store, or one that was set up otherwise",
                "external label tenant is other, and was runai: it is another store, or one that was set up otherwise",
                "the oldest sample is of 2026-11-26 03:00:00Z, and was of 2026-08-29 03:00:00Z: earlier ones are lost",
                "the newest sample is of 2026-11-27 00:00:00Z, and was of 2026-11-27 01:00:00Z: later ones are lost",
            ],
            MetricsComparison.Compare(Saved, live, Now));
    }

    [Fact]
    public void The_last_minutes_before_the_snapshot_may_be_missing() =>
        Assert.Empty(MetricsComparison.Compare(Saved, Saved with { Newest = Now.AddHours(-2) - MetricsComparison.Slack }, Now));

    [Fact]
    public void Samples_that_outlived_their_retention_are_no_loss() =>
        Assert.Empty(MetricsComparison.Compare(Saved, Saved with { Oldest = Now.AddDays(86) }, Now.AddDays(86 + 183)));

    [Fact]
    public void Series_are_counted_once_samples_come_again()
    {
        Assert.Empty(MetricsComparison.Compare(Saved, Saved with { Series = 0 }, Now));
        Assert.Equal(
            ["there are 499 series, and were 1000: less than half"],
            MetricsComparison.Compare(Saved, Saved with { Newest = Now, Series = 499 }, Now));
    }
}
