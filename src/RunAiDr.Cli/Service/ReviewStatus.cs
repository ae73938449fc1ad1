using RunAiDr.Core.Resources;
using RunAiDr.Core.Review;

namespace RunAiDr.Cli.Service;

/// <summary>How the review of the drift of a cluster stands.</summary>
/// <param name="Cluster">Its name.</param>
/// <param name="Outcome">What the forge was last brought to; null before the first time.</param>
/// <param name="Failure">Why the last attempt failed, and what to do; null when it did not.</param>
internal sealed record ReviewStatus(string Cluster, ReviewOutcome? Outcome, string? Failure)
{
    /// <summary>The pull request that is open, or that people closed without a merge.</summary>
    public PullRequest? PullRequest => Outcome?.PullRequest;

    /// <summary>Whether this process has asked the forge yet: before that, no failure says nothing.</summary>
    public bool Tried => Outcome is not null || Failure is not null;

    /// <summary>In words.</summary>
    public string Standing => Outcome switch
    {
        null => "the drift was not compared yet",
        { PullRequest: null } => "no drift",
        { State: ReviewState.Refused, PullRequest: { } closed } => $"pull request {closed.Number} was closed without a merge, and the drift is the same: {closed.Address}",
        { PullRequest: { } open } => $"pull request {open.Number} is open: {open.Address}",
    };

    public string Line() => Visible.Text(Failure is null ? $"[+]{Cluster} review: {Standing}" : $"[-]{Cluster} review failed, retried: {Failure}");
}
