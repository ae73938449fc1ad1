using RunAiDr.Cli.Configuration;
using RunAiDr.Cli.Service;
using RunAiDr.Core.Review;

namespace RunAiDr.Tests.Cli.Service.Web.Pages;

/// <summary>What the first page says of drift, and of which cluster.</summary>
public sealed class StatusPageTests
{
    [Fact]
    public async Task Without_a_review_it_says_what_becomes_of_drift()
    {
        await using var scene = await DashboardScene.StartAsync();

        Assert.Contains("what changes in the cluster is committed as it is seen; the two were equal 3 s ago", await scene.PageAsync("/"), StringComparison.Ordinal);
        Assert.Null((await scene.JsonAsync("/api/status"))["drift"]);
    }

    [Fact]
    public async Task An_open_pull_request_is_linked()
    {
        await using var scene = await ReviewingAsync(Of(ReviewState.Open, "https://forge.example.org/dr/pull/7?a=1&b=2"));

        var page = await scene.PageAsync("/");

        Assert.Contains(
            """open</strong> <a href="https://forge.example.org/dr/pull/7?a=1&amp;b=2">pull request 7</a> waits for a review""", page, StringComparison.Ordinal);
        Assert.DoesNotContain("committed as it is seen", page, StringComparison.Ordinal);
        Assert.Equal("open", (string?)(await scene.JsonAsync("/api/status"))["drift"]!["state"]);
    }

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:text/html,x")]
    [InlineData("file:///etc/passwd")]
    [InlineData("pull/7")]
    public async Task An_address_that_is_no_page_of_the_web_is_no_link(string address)
    {
        await using var scene = await ReviewingAsync(Of(ReviewState.Open, address));

        Assert.Contains("open</strong> pull request 7 waits for a review", await scene.PageAsync("/"), StringComparison.Ordinal);
        Assert.DoesNotContain($"href=\"{address}", await scene.PageAsync("/"), StringComparison.Ordinal);
        Assert.Null((await scene.JsonAsync("/api/status"))["drift"]!["address"]);
    }

    [Fact]
    public async Task A_refused_pull_request_and_a_forge_that_fails_are_told()
    {
        await using var scene = await ReviewingAsync(Of(ReviewState.Refused, "https://forge.example.org/7") with { Failure = "the forge <refused> the token" });

        var page = await scene.PageAsync("/");

        Assert.Contains("was closed without a merge, and the drift is the same", page, StringComparison.Ordinal);
        Assert.Contains("the review failed, retried: the forge &lt;refused&gt; the token", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_drift_is_only_said_when_it_was_compared()
    {
        await using var compared = await ReviewingAsync(new ReviewStatus(DashboardScene.Cluster, new ReviewOutcome(ReviewState.NoDrift, null), null));
        await using var before = await ReviewingAsync(new ReviewStatus(DashboardScene.Cluster, null, null));
        await using var without = await ReviewingAsync();

        Assert.Contains("none: the branch of record has what the cluster has", await compared.PageAsync("/"), StringComparison.Ordinal);
        Assert.Contains("not compared by this process", await before.PageAsync("/"), StringComparison.Ordinal);
        Assert.Contains("is on branch <code>drift/prod-a</code>", await without.PageAsync("/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_cluster_has_its_own_lines_and_those_of_all()
    {
        await using var scene = await DashboardScene.StartAsync(
            config => config with { Clusters = [new ClusterConfig(DashboardScene.Cluster), new ClusterConfig("prod-b")] });
        scene.Status = new ServiceStatus(
            true, null, [DashboardScene.InOrder(DashboardScene.Cluster), DashboardScene.InOrder("prod-b", "the API server is away")],
            new RunAiDr.Core.Sync.PushStatus(2, TimeSpan.FromMinutes(1), "the remote is away"));

        var (ours, theirs) = (await scene.PageAsync("/clusters/prod-a/"), await scene.PageAsync("/clusters/prod-b/"));

        Assert.DoesNotContain("the API server is away", ours, StringComparison.Ordinal);
        Assert.Contains("Status of prod-a: <strong class=\"mark bad\">Ready, but look at 1 thing", ours, StringComparison.Ordinal);
        Assert.Contains("prod-b failed: the API server is away", theirs, StringComparison.Ordinal);
        Assert.Contains("Status of prod-b: <strong class=\"mark bad\">Not ready", theirs, StringComparison.Ordinal);
        Assert.All([ours, theirs], page => Assert.Contains("the remote is away", page, StringComparison.Ordinal));
    }

    private static ReviewStatus Of(ReviewState state, string address) => new(
        DashboardScene.Cluster,
        new ReviewOutcome(state, new PullRequest(7, new Uri(address, UriKind.RelativeOrAbsolute), new PullRequestText("Drift", ""), false)),
        null);

    private static async Task<DashboardScene> ReviewingAsync(params ReviewStatus[] reviews)
    {
        var scene = await DashboardScene.StartAsync(config => config with { Review = new ReviewConfig() });
        scene.Status = scene.Status with { Reviews = reviews };
        return scene;
    }
}
