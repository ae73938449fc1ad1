using RunAiDr.Cluster.Snapshots;
using RunAiDr.Core;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Cluster.Snapshots;

public class SnapshotWaitTests
{
    [Fact]
    public async Task All_waits_of_a_round_end_at_one_time()
    {
        var wait = new SnapshotWait(TimeSpan.FromSeconds(2), TimeSpan.FromHours(1), new FastClock(10));
        var looks = 0;
        await Assert.ThrowsAsync<RunAiDrException>(() => UntilAsync(() => new Sight<string>(null)));

        await Assert.ThrowsAsync<RunAiDrException>(() => UntilAsync(() => new Sight<string>(null, $"look {++looks}")));

        Assert.Equal(1, looks);
        Assert.Equal("there", await UntilAsync(() => new Sight<string>("there")));

        Task<string> UntilAsync(Func<Sight<string>> look) => wait.UntilAsync("it", _ => Task.FromResult(look()), _ => { }, default);
    }

    [Fact]
    public async Task An_error_counts_only_while_the_driver_is_not_at_work()
    {
        var wait = new SnapshotWait(TimeSpan.FromHours(1), TimeSpan.Zero, new FastClock(10));
        var looks = 0;

        var failure = await Assert.ThrowsAsync<RunAiDrException>(() => wait.UntilAsync(
            "it", _ => Task.FromResult(new Sight<string>(null, "too slow", Underway: ++looks < 4)), _ => { }, default));

        Assert.Equal((4, "it fails and keeps failing: too slow."), (looks, failure.Message));
    }
}
