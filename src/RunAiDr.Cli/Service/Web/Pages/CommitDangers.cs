using RunAiDr.Core.Comparison;
using RunAiDr.Core.History;
using RunAiDr.Core.State;
using RunAiDr.Git;

namespace RunAiDr.Cli.Service.Web.Pages;

/// <summary>The dangers that a commit brought. Nothing of it changes, so it is kept.</summary>
/// <param name="Found">Null when nobody looked: it changed too much for a page that tells of many commits.</param>
internal sealed record CommitDangers(IReadOnlyList<DangerFact>? Found)
{
    // Each takes about a millisecond, and a page tells of some fifty commits.
    private const int MostLookedAt = 50;

    public static CommitDangers NotLookedAt { get; } = new((IReadOnlyList<DangerFact>?)null);

    public static bool IsTooMuch(HistoryEntry entry) => entry.Changes.Count > MostLookedAt;

    /// <summary>As notifications tell them: the first export of a cluster brings none.</summary>
    public static CommitDangers Of(GitStateStore store, string cluster, CommitId commit, IEnumerable<StateChange> changes) => new(
        store.Step(cluster, commit) is not { } step ? [] :
        [
            .. from change in DangerChange.Between(step.Before, step.After, changes)
               from danger in change.Added
               select new DangerFact(change.Path, danger),
        ]);
}

internal sealed record DangerFact(string Path, string Danger);

/// <summary>A commit as pages tell it. <see cref="Dangers"/> is null when nobody looked for them.</summary>
internal sealed record TimelineEntry(
    CommitId Commit,
    DateTimeOffset At,
    string Subject,
    IReadOnlyList<string> Actors,
    IReadOnlyList<StateChange> Changes,
    IReadOnlyList<DangerFact>? Dangers)
{
    public static TimelineEntry Of(HistoryEntry entry, CommitDangers dangers) =>
        new(entry.Commit, entry.At, entry.Subject, entry.Actors, entry.Changes, dangers.Found);
}
