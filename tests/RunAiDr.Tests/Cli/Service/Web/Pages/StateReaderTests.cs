using RunAiDr.Cli.Configuration;
using RunAiDr.Cli.Service.Web.Pages;
using RunAiDr.Core.State;

namespace RunAiDr.Tests.Cli.Service.Web.Pages;

/// <summary>What is remembered of a large repository must not fill the memory of the service.</summary>
public sealed class StateReaderTests
{
    [Fact]
    public void What_is_remembered_together_stays_far_below_fifty_megabytes()
    {
        using var state = new StateReader(() => new DrConfig { Clusters = [new ClusterConfig("prod")], Repository = "dr.git" }, TimeProvider.System);
        for (var i = 0; i < 60; i++)
        {
            // A first export of 16,000 resources.
            state.Remember(i, null, () => Export(i));
        }

        // Each takes some three megabytes.
        Assert.InRange(Enumerable.Range(0, 60).Count(i => IsRemembered(state, i)), 1, 8);
    }

    private static bool IsRemembered(StateReader state, int key)
    {
        var read = false;
        state.Remember(key, null, () =>
        {
            read = true;
            return new HistoryFacts(null, [], null);
        });
        return !read;
    }

    private static HistoryFacts Export(int number) => new(null,
    [
        new TimelineEntry(
            new CommitId(new string('a', 40)), DateTimeOffset.UnixEpoch, "export", [],
            [.. Enumerable.Range(0, 16_000).Select(i => new StateChange(StateChangeKind.Added, $"namespaces/runai-team-{number}/configmaps/settings-{i}.yaml"))], []),
    ], null);
}
