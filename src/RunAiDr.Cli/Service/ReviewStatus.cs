using RunAiDr.Core.Comparison;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Review;
using RunAiDr.Git;

namespace RunAiDr.Cli.Service;

/// <summary>How the review of the drift of a cluster stands.</summary>
/// <param name="Cluster">Its name.</param>
/// <param name="Outcome">What the forge was last brought to; null before the first time.</param>
/// <param name="Failure">Why the last attempt failed, and what to do; null when it did not.</param>
internal sealed record ReviewStatus(string Cluster, ReviewOutcome? Outcome, string? Failure)
{
    /// <summary>How much waits; null before it was compared.</summary>
    public DriftSummary? Waiting { get; init; }

    /// <summary>The pull request that is open, or that people closed without a merge.</summary>
    public PullRequest? PullRequest => Outcome?.PullRequest;

    /// <summary>Whether this process has compared yet, and asked the forge where there is one: before that, no failure says nothing.</summary>
    public bool Tried => Outcome is not null || Waiting is not null || Failure is not null;

    /// <summary>In words.</summary>
    public string Standing => Outcome switch
    {
        null when Waiting is null => "the drift was not compared yet",
        null or { PullRequest: null } when Waiting is { IsNone: false } => $"{Waiting} waits on branch {GitStateStore.DriftBranchOf(Cluster)}",
        null or { PullRequest: null } => "no drift",
        { State: ReviewState.Refused, PullRequest: { } closed } => $"pull request {closed.Number} was closed without a merge, and the drift is the same: {closed.Address}",
        { PullRequest: { } open } => $"pull request {open.Number} is open: {open.Address}",
    };

    public string Line() => Visible.Text(Failure is null ? $"[+]{Cluster} review: {Standing}" : $"[-]{Cluster} review failed, retried: {Failure}");
}
