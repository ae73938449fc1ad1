using System.Collections.Concurrent;
using LibGit2Sharp;
using RunAiDr.Core;
using RunAiDr.Core.History;
using RunAiDr.Core.Secrets.Sealing;
using RunAiDr.Core.State;

namespace RunAiDr.Git.History;

/// <summary>
/// The history of a repository, with an index of it in a file beside its objects. Each call opens the repository for itself,
/// so that any thread may ask.
/// </summary>
internal sealed class GitStateHistory(string repository, string branch) : IStateHistory
{
    private readonly ConcurrentDictionary<string, HistoryIndex> _indexes = new(StringComparer.Ordinal);

    public IEnumerable<HistoryEntry> Entries(HistoryQuery query, CancellationToken ct)
    {
        GitStateStore.CheckCluster(query.Cluster);
        using var opened = GitFault.Explain(repository, () => GitLibrary.Open(repository));
        var start = GitFault.Explain(repository, () => query.From is { } words
            ? new RestorePointFinder(opened, query.Cluster).Find(words).Commit
            : new RecordBranch(opened, branch).Tip());
        if (start is null)
        {
            yield break;
        }

        foreach (var step in Steps(opened, start.Sha, query, ct))
        {
            ct.ThrowIfCancellationRequested();
            if (step.Changes.Count > 0)
            {
                yield return GitFault.Explain(repository, () => EntryOf(opened, step));
            }
        }
    }

    private IEnumerable<HistoryStep> Steps(Repository opened, string start, HistoryQuery query, CancellationToken ct)
    {
        // Its oldest commit has parents, which a later fetch may bring.
        var isWhole = ShallowHistory.EndsOf(opened).Count == 0;
        var file = new TimeSaver(opened.Info.Path, $"history-{query.Cluster}");
        var index = isWhole ? _indexes.GetValueOrDefault(query.Cluster) ?? HistoryIndex.Read(file.Read()) : null;
        if (index?.Tip == start)
        {
            _indexes[query.Cluster] = index;
            return Within(index, index.Steps, query);
        }

        var (newer, kept) = Newer(new HistoryWalk(opened.Info.Path, query.Cluster).Back(start, ct), index);
        if (isWhole && new RecordBranch(opened, branch).Tip()?.Sha == start)
        {
            var grown = HistoryIndex.Of(start, newer, index, kept);
            _indexes[query.Cluster] = grown;
            file.Write(grown.Bytes);
            return Within(grown, grown.Steps, query);
        }

        return newer.Where(step => IsWithin(step.At, query))
            .Select(step => step with { Changes = [.. step.Changes.Where(change => IsWithin(change.Path, query))] })
            .Concat(index is null ? [] : Within(index, kept, query));
    }

    /// <summary>The steps that an index lacks, and how many of its own come before them: first parents never change.</summary>
    private static (List<HistoryStep> Newer, int Kept) Newer(IEnumerable<HistoryStep> steps, HistoryIndex? index)
    {
        var places = index?.Places() ?? [];
        var newer = new List<HistoryStep>();
        foreach (var step in steps)
        {
            if (places.TryGetValue(step.Commit, out var place))
            {
                return (newer, place + 1);
            }

            newer.Add(step);
        }

        return (newer, 0);
    }

    private static IEnumerable<HistoryStep> Within(HistoryIndex index, int steps, HistoryQuery query)
    {
        var wanted = Enumerable.Range(0, index.Paths).Select(path => IsWithin(index.Path(path), query)).ToArray();
        for (var step = steps - 1; step >= 0; step--)
        {
            if (IsWithin(index.At(step), query) && index.Changes(step).Any(change => wanted[change.Path]))
            {
                var changes = index.Changes(step).Where(change => wanted[change.Path])
                    .Select(change => new StateChange(change.Kind, index.Path(change.Path)));
                yield return new HistoryStep(index.Commit(step), index.At(step), [.. changes]);
            }
        }
    }

    private static bool IsWithin(long at, HistoryQuery query) =>
        !(at < query.Since?.ToUnixTimeSeconds()) && !(at > query.Until?.ToUnixTimeSeconds());

    // The secrets of a document are of it, wherever they lie.
    private static bool IsWithin(string path, HistoryQuery query) =>
        Is(path, query) || (SealedFiles.DocumentOf(path) is { } document && Is(document, query));

    private static bool Is(string path, HistoryQuery query) => Is(path, query.Path) || query.Beside.Any(more => Is(path, more));

    private static bool Is(string path, string wanted) =>
        wanted.Length == 0 || path == wanted || (wanted.EndsWith('/') && path.StartsWith(wanted, StringComparison.Ordinal));

    private static HistoryEntry EntryOf(Repository opened, HistoryStep step)
    {
        var commit = opened.Lookup<Commit>(step.Commit) ?? throw new RunAiDrException(
            Fault.Repository, $"Commit {step.Commit} is missing.", "Run `git fsck`; repair the repository, or clone it again from a copy.");
        var managers = MessageFormat.ChangersOf(commit.Message);
        return new HistoryEntry(
            new CommitId(step.Commit), commit.Committer.When, commit.MessageShort, managers.Count > 0 ? managers : [commit.Author.Name], step.Changes);
    }
}
