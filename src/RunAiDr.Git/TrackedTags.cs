using LibGit2Sharp;

namespace RunAiDr.Git;

/// <summary>
/// The tags of our clusters that both sides had after the last synchronization. A tag that is missing on one side now was
/// deleted there, and not added on the other.
/// </summary>
internal sealed class TrackedTags(Repository repository, IReadOnlyCollection<string> clusters)
{
    private const string Tracked = "refs/runai-dr/tags/";

    /// <summary>Deletes here what was deleted at the remote.</summary>
    public void TakeDeletions(RemoteRefs there)
    {
        foreach (var name in Names().Where(name => there[RemoteRefs.TagPrefix + name] is null))
        {
            if (repository.Refs[RemoteRefs.TagPrefix + name] is { } tag && tag.TargetIdentifier == repository.Refs[Tracked + name].TargetIdentifier)
            {
                repository.Refs.Remove(tag);
            }

            repository.Refs.Remove(Tracked + name);
        }
    }

    /// <summary>Full names of the tags that were deleted here and are still at the remote.</summary>
    public IReadOnlyList<string> DeletedHere(RemoteRefs there) =>
    [
        .. Names()
            .Where(name => repository.Refs[RemoteRefs.TagPrefix + name] is null && there[RemoteRefs.TagPrefix + name] == repository.Refs[Tracked + name].TargetIdentifier)
            .Select(name => RemoteRefs.TagPrefix + name),
    ];

    /// <summary>Remembers what both sides have now.</summary>
    /// <param name="there">What the remote had when it was asked.</param>
    /// <param name="pushed">Tags that it has got since.</param>
    public void Remember(RemoteRefs there, IReadOnlyCollection<string> pushed)
    {
        foreach (var tag in clusters.SelectMany(cluster => repository.Refs.FromGlob($"{RemoteRefs.TagPrefix}{RestorePointFinder.TagPrefix(cluster)}*")).ToList())
        {
            if ((there[tag.CanonicalName] == tag.TargetIdentifier || pushed.Contains(tag.CanonicalName))
                && repository.Refs[NameOf(tag)]?.TargetIdentifier != tag.TargetIdentifier)
            {
                repository.Refs.Add(NameOf(tag), new ObjectId(tag.TargetIdentifier), allowOverwrite: true);
            }
        }
    }

    /// <summary>What the remote had under a tag's name, after its prefix, when it was last asked; null when it had none.</summary>
    public string? Seen(string name) => repository.Refs[Tracked + name]?.TargetIdentifier;

    /// <summary>Forgets a tag that is gone on both sides.</summary>
    public void Forget(string tag) => repository.Refs.Remove(Tracked + tag[RemoteRefs.TagPrefix.Length..]);

    private static string NameOf(Reference tag) => Tracked + tag.CanonicalName[RemoteRefs.TagPrefix.Length..];

    private List<string> Names() =>
        [.. repository.Refs.FromGlob($"{Tracked}*").Select(reference => reference.CanonicalName[Tracked.Length..])];
}
