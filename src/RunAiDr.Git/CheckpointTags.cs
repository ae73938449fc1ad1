using LibGit2Sharp;
using RunAiDr.Core.State;
using RunAiDr.Git.Signing;

namespace RunAiDr.Git;

/// <summary>The tags <c>dr/&lt;cluster&gt;/&lt;name&gt;</c> of one cluster.</summary>
internal sealed class CheckpointTags(Repository repository, string cluster)
{
    private readonly string _prefix = RemoteRefs.TagPrefix + RestorePointFinder.TagPrefix(cluster);

    public IReadOnlyList<StateTag> List() =>
    [
        .. repository.Refs.FromGlob(_prefix + "*")
            .Select(reference => TagOf(reference.CanonicalName[_prefix.Length..], reference.ResolveToDirectReference()?.Target))
            .OfType<StateTag>()
            .OrderByDescending(tag => tag.TaggedAt)
            .ThenByDescending(tag => tag.Name, StringComparer.Ordinal),
    ];

    public bool Delete(string name)
    {
        if (!RefName.IsLegal(name) || repository.Refs[_prefix + name] is not { } reference)
        {
            return false;
        }

        repository.Refs.Remove(reference);
        return true;
    }

    // People may tag files, and tags themselves, and a tag of long ago has no tagger.
    private static StateTag? TagOf(string name, GitObject? target) => target switch
    {
        TagAnnotation { Target: Commit commit, Tagger: { } tagger } tag => new StateTag(name, new CommitId(commit.Sha), tagger.When, SignatureText.Split(tag.Message).Text),
        Commit commit => new StateTag(name, new CommitId(commit.Sha), commit.Committer.When, commit.Message),
        _ => null,
    };
}
