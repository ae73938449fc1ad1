using LibGit2Sharp;

namespace RunAiDr.Git;

/// <summary>Signs commits and tags: name and address from the options, time from the clock, in UTC.</summary>
internal sealed class CommitAuthor(GitStateOptions options, TimeProvider clock)
{
    public Signature Sign() => new(options.AuthorName, options.AuthorEmail, clock.GetUtcNow().ToUniversalTime());
}
