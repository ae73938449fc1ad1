using LibGit2Sharp;

namespace RunAiDr.Git;

/// <summary>The references of the remote, by name, as it told them last.</summary>
internal sealed class RemoteRefs(IReadOnlyDictionary<string, string> ids)
{
    /// <summary>The commit of a rewritten history that the operator has accepted.</summary>
    public const string Accepted = "refs/runai-dr/accepted";

    public const string TagPrefix = "refs/tags/";

    public string? this[string name] => ids.GetValueOrDefault(name);

    /// <summary>Tags there that are not here. Peeled ones are the same again.</summary>
    public IReadOnlyList<string> TagsLackingIn(Repository repository) =>
        [.. ids.Keys.Where(name => IsTag(name) && repository.Refs[name] is null)];

    /// <summary>Tags of these clusters that are here and not there.</summary>
    public IReadOnlyList<string> TagsOnlyIn(Repository repository, IEnumerable<string> clusters) =>
        [.. Ours(repository, clusters).Where(tag => !ids.ContainsKey(tag.CanonicalName)).Select(tag => tag.CanonicalName)];

    /// <summary>Tags of these clusters that are here and there, and not the same.</summary>
    public IReadOnlyList<string> TagsUnlikeIn(Repository repository, IEnumerable<string> clusters) =>
        [.. Ours(repository, clusters)
            .Where(tag => ids.TryGetValue(tag.CanonicalName, out var id) && id != tag.TargetIdentifier)
            .Select(tag => tag.CanonicalName[TagPrefix.Length..])];

    private static bool IsTag(string name) =>
        name.StartsWith(TagPrefix, StringComparison.Ordinal) && RefName.IsLegal(name[TagPrefix.Length..]);

    private static IEnumerable<Reference> Ours(Repository repository, IEnumerable<string> clusters) =>
        clusters.SelectMany(cluster => repository.Refs.FromGlob($"{TagPrefix}{RestorePointFinder.TagPrefix(cluster)}*"));
}
