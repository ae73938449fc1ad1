using Microsoft.Extensions.Time.Testing;
using RunAiDr.Cli.Configuration;
using RunAiDr.Cli.Service;
using RunAiDr.Cli.Service.Web.Pages;
using RunAiDr.Core.Review;
using RunAiDr.Tests.Git;

namespace RunAiDr.Tests.Cli.Service.Web.Pages;

/// <summary>When open pages are told that there is something new.</summary>
public sealed class StateVersionTests : IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly StateReader _state;
    private ServiceStatus _status = new(true, null, [DashboardScene.InOrder(DashboardScene.Cluster, "The watch is interrupted for 61 s: timeout")], null);

    public StateVersionTests() => _state = new StateReader(
        () => new DrConfig { Clusters = [new ClusterConfig(DashboardScene.Cluster)], Repository = _repository.Options.Path }, _clock);

    public void Dispose()
    {
        _state.Dispose();
        _repository.Dispose();
    }

    [Fact]
    public void Another_reason_another_review_and_its_failure_are_new()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { Now() };
        _status = _status with { Clusters = [DashboardScene.InOrder(DashboardScene.Cluster, "The API server is away.")] };
        Assert.True(seen.Add(Now()));

        foreach (var outcome in (ReviewOutcome?[])[null, new(ReviewState.NoDrift, null), new(ReviewState.Open, Request(1)), new(ReviewState.Open, Request(2))])
        {
            _status = _status with { Reviews = [new ReviewStatus(DashboardScene.Cluster, outcome, null)] };
            Assert.True(seen.Add(Now()), $"{outcome}");
        }

        _status = _status with { Reviews = [_status.Reviews[0] with { Failure = "no answer" }] };
        Assert.True(seen.Add(Now()));
        foreach (var surveyed in (int[])[1, 2])
        {
            var figures = new CoverageFigures(default, _clock.GetUtcNow() + TimeSpan.FromDays(surveyed), [], [], []);
            _status = _status with { Coverages = [new CoverageStatus(DashboardScene.Cluster, figures, null, null)] };
            Assert.True(seen.Add(Now()));
        }
    }

    [Fact]
    public void Time_that_passes_is_not()
    {
        var before = Now();

        _status = _status with { Clusters = [DashboardScene.InOrder(DashboardScene.Cluster, "The watch is interrupted for 63 s: timeout") with { RestorePointAge = TimeSpan.FromHours(1) }] };

        Assert.Equal(before, Now());
    }

    private static PullRequest Request(long number) => new(number, new Uri("https://forge.example.org/"), new PullRequestText("", ""), false);

    private string Now()
    {
        _clock.Advance(TimeSpan.FromSeconds(2));
        return new StateVersion(() => _status, _state).Now();
    }
}
