using RunAiDr.Core;
using RunAiDr.Core.Review;
using RunAiDr.Forges;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Core.Review;

public sealed class DriftReviewTests
{
    private readonly MemoryStateTree _record = new MemoryStateTree().Put(Given.ConfigMap("runai", "limits", "1"));

    [Fact]
    public async Task One_pull_request_is_kept_up_to_date_and_left_alone_while_nothing_changes()
    {
        await using var server = await ForgeServer.StartAsync(ForgeKind.GitHub);

        var first = await ReviewAsync(server, "2");
        await ReviewAsync(server, "2");
        var kept = Assert.Single(server.Pulls);
        Assert.Equal(0, kept.Updates);
        var second = await ReviewAsync(server, "3");

        Assert.Equal((ReviewState.Open, ReviewState.Open), (first.State, second.State));
        Assert.Equal(1, Assert.Single(server.Pulls).Updates);
        Assert.Contains("1 → 3", kept.Body, StringComparison.Ordinal);
        Assert.Equal(1, second.PullRequest?.Number);
    }

    [Fact]
    public async Task Closed_without_a_merge_it_stays_closed_until_the_drift_changes()
    {
        await using var server = await ForgeServer.StartAsync(ForgeKind.GitLab);
        await ReviewAsync(server, "2");
        server.Pulls[0].IsOpen = false;

        var same = await ReviewAsync(server, "2");
        var other = await ReviewAsync(server, "3");

        Assert.Equal((ReviewState.Refused, 1L), (same.State, same.PullRequest?.Number));
        Assert.Equal((ReviewState.Open, 2L), (other.State, other.PullRequest?.Number));
        Assert.Equal(2, server.Pulls.Count);
    }

    [Fact]
    public async Task After_a_merge_the_same_drift_is_asked_about_again()
    {
        await using var server = await ForgeServer.StartAsync(ForgeKind.Gitea);
        await ReviewAsync(server, "2");
        (server.Pulls[0].IsOpen, server.Pulls[0].IsMerged) = (false, true);

        Assert.Equal((ReviewState.Open, 2L), await ReviewAsync(server, "2") is var outcome ? (outcome.State, outcome.PullRequest!.Number) : default);
    }

    [Fact]
    public async Task A_cluster_that_was_changed_back_closes_it_with_a_remark()
    {
        await using var server = await ForgeServer.StartAsync(ForgeKind.GitHub);
        await ReviewAsync(server, "2");

        var outcome = await ReviewAsync(server, "1");
        await ReviewAsync(server, "1");

        Assert.Equal(ReviewState.NoDrift, outcome.State);
        Assert.False(server.Pulls[0].IsOpen);
        Assert.Contains("again as the branch of record has it", Assert.Single(server.Pulls[0].Comments), StringComparison.Ordinal);

        // Nobody refused it, so the same drift is asked about once more.
        Assert.Equal(2, (await ReviewAsync(server, "2")).PullRequest?.Number);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task However_closing_is_cut_off_there_is_one_remark_and_nobody_refused_it(int requests)
    {
        await using var server = await ForgeServer.StartAsync(ForgeKind.GitHub);
        await ReviewAsync(server, "2");
        for (var i = 0; i < 2; i++)
        {
            Enumerable.Range(0, requests).ToList().ForEach(_ => server.Failures.Enqueue(null));
            server.Fail(401);
            var cut = await Record.ExceptionAsync(() => ReviewAsync(server, "1"));
            Assert.True(cut is RunAiDrException || i > 0);
            server.Failures.Clear();
        }

        Assert.Equal(ReviewState.NoDrift, (await ReviewAsync(server, "1")).State);

        Assert.Single(server.Pulls[0].Comments);
        Assert.False(server.Pulls[0].IsOpen);
        Assert.Equal((ReviewState.Open, 2L), await ReviewAsync(server, "2") is var again ? (again.State, again.PullRequest!.Number) : default);
        await ReviewAsync(server, "1");
        Assert.Single(server.Pulls[1].Comments);
        Assert.Empty(server.Refusals);
    }

    private async Task<ReviewOutcome> ReviewAsync(ForgeServer server, string value)
    {
        using var forge = server.Open();
        var observed = _record.Copy().Put(Given.ConfigMap("runai", "limits", value));
        var drift = ObservedDrift.Between("prod", _record, observed, ["kubectl-edit"]);
        return await new DriftReview(forge, new PullRequestBranches("drift/prod", "main")).BringUpToDateAsync(drift, CancellationToken.None);
    }
}
