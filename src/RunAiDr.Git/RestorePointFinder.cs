using LibGit2Sharp;
using RunAiDr.Core;
using RunAiDr.Core.Resources;

namespace RunAiDr.Git;

/// <summary>Finds the commit that an operator's words name. The words are untrusted: no revision syntax is understood.</summary>
internal sealed class RestorePointFinder(Repository repository, string cluster)
{
    private const int ShortestPrefix = 4;
    private const int FullLength = 40;
    private const int TagsShown = 5;

    public static string TagPrefix(string cluster) => $"dr/{cluster}/";

    /// <summary>The commit, and the references that name it; none where the words are an id.</summary>
    public (Commit Commit, IReadOnlyList<NamedObject> Names) Find(string words)
    {
        var names = RefName.IsLegal(words) ? ByReference(words) : [];
        var commits = names.Count == 0 ? ById(words) : [.. names.Select(name => name.Commit).DistinctBy(commit => commit.Sha, StringComparer.Ordinal)];
        return commits switch
        {
            [var only] => (only, names),
            [] => throw Unknown(words),
            _ => throw new RunAiDrException(
                Fault.RestorePoint,
                $"'{words}' is ambiguous: it can be {string.Join(" or ", commits.Take(TagsShown).Select(c => c.Sha))}.",
                "Give the whole commit id or the full name of the tag."),
        };
    }

    /// <summary>What to try instead: the tags nearest to these words, and where all restore points are listed.</summary>
    public string Remedy(string words)
    {
        var prefix = TagPrefix(cluster);
        var tags = repository.Refs.FromGlob($"refs/tags/{prefix}*")
            .Select(reference => reference.CanonicalName["refs/tags/".Length..])
            .OrderByDescending(tag => CommonStart(tag[prefix.Length..], words))
            .ThenByDescending(tag => tag, StringComparer.Ordinal)
            .Take(TagsShown)
            .ToList();
        var known = tags.Count == 0 ? "No checkpoint is tagged yet." : $"Nearest tags: {string.Join(", ", tags)}.";
        return known + " `git log` lists every restore point.";
    }

    private static int CommonStart(string tag, string words)
    {
        var name = words[(words.LastIndexOf('/') + 1)..];
        return tag.AsSpan().CommonPrefixLength(name);
    }

    private List<NamedObject> ByReference(string words)
    {
        string[] names = words.StartsWith("refs/", StringComparison.Ordinal)
            ? [words]
            : [$"refs/tags/{words}", $"refs/tags/{TagPrefix(cluster)}{words}", $"refs/heads/{words}", $"refs/remotes/{words}"];
        return names
            .Where(RefName.IsLegal)
            .Select(name => Named(name, words))
            .OfType<NamedObject>()
            .ToList();
    }

    private NamedObject? Named(string name, string words)
    {
        if (repository.Refs[name]?.ResolveToDirectReference() is not { } reference)
        {
            return null;
        }

        var target = repository.Lookup(new ObjectId(reference.TargetIdentifier));
        return new NamedObject(name, target, Peeled(target) as Commit ?? throw NotCommit(words));
    }

    // People may tag files and trees, which libgit2 does not peel into a commit but fails at; and the target of a tag
    // looks like one even where it is not there.
    private GitObject? Peeled(GitObject? target)
    {
        while (target is TagAnnotation tag)
        {
            target = repository.Lookup(tag.Target.Id);
        }

        return target;
    }

    private List<Commit> ById(string words)
    {
        if (words.Length is < ShortestPrefix or > FullLength || !words.All(char.IsAsciiHexDigit))
        {
            return [];
        }

        var id = words.ToLowerInvariant();
        if (id.Length < FullLength)
        {
            return Reachable().Where(commit => commit.Sha.StartsWith(id, StringComparison.Ordinal)).ToList();
        }

        return repository.Lookup(new ObjectId(id)) switch
        {
            null => [],
            Commit commit => [commit],
            _ => throw NotCommit(words),
        };
    }

    // A prefix of four digits is rarely unique among blobs.
    private IEnumerable<Commit> Reachable()
    {
        var ends = ShallowHistory.EndsOf(repository);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var next = new Stack<Commit>(repository.Refs
            .Select(reference => Peeled(reference.ResolveToDirectReference()?.Target))
            .OfType<Commit>());
        while (next.TryPop(out var commit))
        {
            if (!seen.Add(commit.Sha))
            {
                continue;
            }

            yield return commit;
            foreach (var parent in ends.Contains(commit.Sha) ? [] : commit.Parents)
            {
                next.Push(parent);
            }
        }
    }

    private RunAiDrException Unknown(string words) => new(
        Fault.RestorePoint, $"There is no restore point '{Shown(words)}' of cluster {cluster} in {repository.Info.Path}.", Remedy(words));

    private RunAiDrException NotCommit(string words) => new(
        Fault.RestorePoint, $"'{words}' in {repository.Info.Path} is not a commit.", Remedy(words));

    // What a terminal would obey is not printed.
    private static string Shown(string words) => Visible.Text(words.Length > 300 ? words[..300] + "…" : words);
}

/// <summary>A reference by its full name, the object that it holds, and the commit that this leads to.</summary>
internal sealed record NamedObject(string Name, GitObject Object, Commit Commit);
