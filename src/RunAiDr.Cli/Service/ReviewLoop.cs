using Microsoft.Extensions.Logging;
using RunAiDr.Cli.Configuration;
using RunAiDr.Core;
using RunAiDr.Core.Comparison;
using RunAiDr.Core.Review;
using RunAiDr.Core.State;
using RunAiDr.Forges;
using RunAiDr.Git;

namespace RunAiDr.Cli.Service;

/// <summary>
/// Keeps the drift branch of one cluster in step with the branch of record, and the pull request between the two with the
/// drift. A forge that fails stops neither commits nor pushes.
/// </summary>
internal sealed class ReviewLoop(DrConfig config, string cluster, ForgeLimit limit, TimeProvider clock, ILogger log) : IDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);

    // People close pull requests, or write over them, without a commit.
    private static readonly TimeSpan AskInterval = TimeSpan.FromMinutes(5);

    private readonly GitStateStore _store = GitStateStore.Open(Session.StoreOptions(config, cluster), clock);
    private readonly IForge? _forge = Repositories.ForgeOf(config, limit, clock);

    // GitHub wants a minute at least after too many requests, which it does not always tell from a lack of rights.
    private readonly Attempts _attempts = new("reviewed", TimeSpan.FromMinutes(1));
    private readonly string _projectLabel = Connections.ScopeOf(config.Clusters.First(one => one.Name == cluster)).ProjectLabel;
    private volatile ReviewOutcome? _outcome;
    private volatile DriftSummary? _waiting;
    private CommitId? _followed;
    private (CommitId? Recorded, CommitId? Observed) _compared;
    private (CommitId? Recorded, CommitId? Observed) _asked;
    private DateTimeOffset _askAt = DateTimeOffset.MinValue;

    /// <summary>Called after each commit.</summary>
    public Action NewCommit { get; init; } = () => { };

    /// <summary>Whether the forge has every commit: a pull request is about branches as they are there.</summary>
    public Func<bool> IsPushed { get; init; } = () => false;

    /// <summary>How the review stands.</summary>
    public ReviewStatus Status() => new(cluster, _outcome, _attempts.Failure) { Waiting = _waiting };

    public void Dispose()
    {
        _forge?.Dispose();
        _store.Dispose();
    }

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            while (true)
            {
                await LookAsync(ct);
                await Task.Delay(LookInterval, clock, ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The service stops. The forge is looked at anew by the next one.
        }
    }

    private async Task LookAsync(CancellationToken ct)
    {
        try
        {
            if (clock.GetUtcNow() >= _attempts.NextAt)
            {
                Follow();
                await ReviewAsync(ct);
                _attempts.Succeeded();
            }
        }
        catch (RunAiDrException fault)
        {
            _attempts.Failed($"{fault.Message} {fault.Remedy}", clock.GetUtcNow());
            log.ReviewFailed(cluster, fault.Message, fault.Remedy);
        }
    }

    // An export follows too, and makes no commit of its own when the cluster is as it was.
    private void Follow()
    {
        _store.FollowRecord();
        var tip = _store.Tip(cluster)?.Id;
        if (tip != _followed && !IsPushed())
        {
            NewCommit();
        }

        _followed = tip;
    }

    private async Task ReviewAsync(CancellationToken ct)
    {
        if (_store.Tip(cluster) is not { } observed)
        {
            return;
        }

        var (recorded, now, before) = (_store.Recorded(cluster), clock.GetUtcNow(), Status().Standing);
        var pair = (recorded?.Id, (CommitId?)observed.Id);
        var drift = _compared == pair ? null : Compare(recorded, observed);
        _compared = pair;
        if (_forge is not null)
        {
            if (!IsPushed() || (_asked == pair && now < _askAt))
            {
                return;
            }

            var branches = new PullRequestBranches(GitStateStore.DriftBranchOf(cluster), config.Branch);
            _outcome = await new DriftReview(_forge, branches).BringUpToDateAsync(drift ?? Compare(recorded, observed), ct);
            (_asked, _askAt) = (pair, now + AskInterval);
        }

        if (Status().Standing is var standing && standing != before)
        {
            log.Reviewed(cluster, standing);
        }
    }

    private ObservedDrift Compare(IStateTree? recorded, IStateTree observed)
    {
        var drift = ObservedDrift.Between(cluster, recorded, observed, _store.ActorsSinceRecorded()) with { Guard = config.DeletionGuard };
        _waiting = Drift.Of(drift.Differences, recorded ?? observed, _projectLabel).Summary;
        return drift;
    }
}
