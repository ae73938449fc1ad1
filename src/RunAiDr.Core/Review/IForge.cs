namespace RunAiDr.Core.Review;

/// <summary>Where people review: the pull requests of one repository. GitLab calls them merge requests.</summary>
public interface IForge : IDisposable
{
    /// <summary>The open pull request between two branches; null when there is none.</summary>
    /// <exception cref="RunAiDrException">The forge cannot be reached, refuses, or asks for patience.</exception>
    Task<PullRequest?> FindOpenAsync(PullRequestBranches branches, CancellationToken ct);

    /// <summary>The newest pull request between two branches that is closed or merged; null when there is none.</summary>
    /// <exception cref="RunAiDrException">As above.</exception>
    Task<PullRequest?> FindNewestClosedAsync(PullRequestBranches branches, CancellationToken ct);

    /// <summary>Opens one, or gives the one that somebody else has just opened.</summary>
    /// <exception cref="RunAiDrException">As above, or it refuses the branches.</exception>
    Task<PullRequest> CreateAsync(PullRequestBranches branches, PullRequestText text, CancellationToken ct);

    /// <summary>Gives one another title and body.</summary>
    /// <exception cref="RunAiDrException">As above, or it is gone.</exception>
    Task UpdateAsync(long number, PullRequestText text, CancellationToken ct);

    /// <summary>Whether there is a remark with these words.</summary>
    /// <exception cref="RunAiDrException">As above.</exception>
    Task<bool> HasCommentAsync(long number, string words, CancellationToken ct);

    /// <summary>Adds a remark.</summary>
    /// <exception cref="RunAiDrException">As above.</exception>
    Task CommentAsync(long number, string remark, CancellationToken ct);

    /// <summary>Closes one without merging it.</summary>
    /// <exception cref="RunAiDrException">As above.</exception>
    Task CloseAsync(long number, CancellationToken ct);
}

/// <summary>From the branch with the changes into the other; short names of branches of the same repository.</summary>
public sealed record PullRequestBranches(string Head, string Base);

/// <summary>Title and body, in Markdown.</summary>
public sealed record PullRequestText(string Title, string Body);

/// <summary>A pull request as the forge has it.</summary>
public sealed record PullRequest(long Number, Uri Address, PullRequestText Text, bool IsMerged);
