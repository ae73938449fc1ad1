using LibGit2Sharp;

namespace RunAiDr.Git;

/// <summary>Counts commits of one tip that another lacks.</summary>
internal static class CommitCount
{
    public static int Between(Repository repository, Commit? tip, Commit? other) => tip switch
    {
        null => 0,
        _ when tip.Sha == other?.Sha => 0,
        _ => repository.Commits
            .QueryBy(new CommitFilter { IncludeReachableFrom = tip, ExcludeReachableFrom = other })
            .Count(),
    };
}
