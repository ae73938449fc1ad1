namespace RunAiDr.Core.Review;

/// <summary>What people are asked about the drift of a cluster.</summary>
public enum ReviewState
{
    /// <summary>Nothing: the cluster is as the branch of record has it.</summary>
    NoDrift,

    /// <summary>A pull request is open and says what there is.</summary>
    Open,

    /// <summary>They closed it without a merge, and the drift is still the same.</summary>
    Refused,
}

/// <summary>How it stands with the review; there is a pull request unless there is no drift.</summary>
public sealed record ReviewOutcome(ReviewState State, PullRequest? PullRequest);

/// <summary>
/// Keeps exactly one pull request about the drift of a cluster as it is. The forge is the only memory: every call looks
/// at what is there, so it may be repeated after any failure.
/// </summary>
public sealed class DriftReview(IForge forge, PullRequestBranches branches)
{
    /// <exception cref="RunAiDrException">The forge failed; the next call goes on.</exception>
    public async Task<ReviewOutcome> BringUpToDateAsync(ObservedDrift drift, CancellationToken ct)
    {
        var open = await forge.FindOpenAsync(branches, ct);
        if (drift.IsNone)
        {
            if (open is not null)
            {
                await CloseAsync(open, drift.Cluster, ct);
            }

            return new ReviewOutcome(ReviewState.NoDrift, null);
        }

        var text = new PullRequestText(ReviewText.Title(drift), ReviewText.Body(drift, branches.Head, branches.Base));
        if (open is not null)
        {
            if (!IsAsWanted(open.Text, text))
            {
                await forge.UpdateAsync(open.Number, text, ct);
            }

            return new ReviewOutcome(ReviewState.Open, open with { Text = text });
        }

        return await forge.FindNewestClosedAsync(branches, ct) is { IsMerged: false } closed && ReviewText.IsAbout(closed.Text.Body, drift)
            ? new ReviewOutcome(ReviewState.Refused, closed)
            : new ReviewOutcome(ReviewState.Open, await forge.CreateAsync(branches, text, ct));
    }

    // Nobody refused this drift, so when it comes again it is asked about again. Closing comes last: killed before it, the
    // next call finds it open still, and the remark there.
    private async Task CloseAsync(PullRequest open, string cluster, CancellationToken ct)
    {
        var (body, mark) = ReviewText.Split(open.Text.Body);
        var remark = ReviewText.ClosingRemark(cluster, mark);
        if (!await forge.HasCommentAsync(open.Number, mark.Length > 0 ? mark : remark, ct))
        {
            await forge.CommentAsync(open.Number, remark, ct);
        }

        await forge.UpdateAsync(open.Number, open.Text with { Body = body }, ct);
        await forge.CloseAsync(open.Number, ct);
    }

    // Some forges give line ends of their own, and none at the end.
    private static bool IsAsWanted(PullRequestText there, PullRequestText wanted) =>
        there.Title == wanted.Title && Plain(there.Body) == Plain(wanted.Body);

    private static string Plain(string body) => body.ReplaceLineEndings("\n").TrimEnd();
}
