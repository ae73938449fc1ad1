using LibGit2Sharp;

namespace RunAiDr.Git;

/// <summary>What the remote is known to have of the branch of record.</summary>
internal sealed class TrackedTip(Repository repository, string branch)
{
    private readonly string _reference = "refs/remotes/origin/" + branch;

    public Commit? Commit => repository.Refs[_reference] is DirectReference direct
        ? repository.Lookup<Commit>(direct.TargetIdentifier)
        : null;

    public void Set(Commit commit)
    {
        if (Commit?.Sha != commit.Sha)
        {
            repository.Refs.Add(_reference, commit.Id, allowOverwrite: true);
        }
    }
}
