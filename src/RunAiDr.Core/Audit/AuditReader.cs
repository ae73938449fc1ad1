using RunAiDr.Core.Checkpoints;
using RunAiDr.Core.Comparison;
using RunAiDr.Core.History;
using RunAiDr.Core.Runbook;
using RunAiDr.Core.Secrets.Sealing;
using RunAiDr.Core.Snapshots;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Audit;

/// <summary>Reads an audit report out of the history and the tags of a cluster.</summary>
/// <param name="store">The repository.</param>
/// <param name="history">Of the same repository.</param>
/// <param name="cluster">Which.</param>
/// <param name="projectLabel">The label that makes a namespace that of a project.</param>
public sealed class AuditReader(IStateStore store, IStateHistory history, string cluster, string projectLabel)
{
    /// <param name="wanted">When; what lies before the first restore point is left out.</param>
    /// <param name="objectives">The wanted components → what is accepted; null for anything.</param>
    /// <param name="now">The present.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="RunAiDrException">The repository cannot be read, or the period holds nothing.</exception>
    public AuditReport Read(
        AuditPeriod wanted, IReadOnlyDictionary<SnapshotComponent, TimeSpan?> objectives, DateTimeOffset now, CancellationToken ct)
    {
        var entries = history.Entries(new HistoryQuery(cluster) { Until = wanted.To }, ct).ToList();
        if (entries.Count == 0)
        {
            throw new RunAiDrException(
                Fault.RestorePoint,
                $"Cluster {cluster} has no restore point from before {CheckpointSummary.Time(wanted.To)}.",
                "Choose a later --to; `runai-dr history` lists the restore points.");
        }

        var period = wanted with { From = wanted.From > entries[^1].At ? wanted.From : entries[^1].At };
        var within = entries.Where(entry => period.Holds(entry.At)).ToList();
        return new AuditReport(cluster, period, now)
        {
            RestorePoints = within.Count,
            Changes = ChangesOf(within, [TreeOf(entries[0]), TreeOf(entries.Find(entry => entry.At < period.From) ?? entries[^1])]),
            Days = DaysOf(within),
            Checkpoints = CheckpointsIn(period),
            PrunedCheckpoints = PrunedIn(within),
            RecoveryPoints = CoursesOf(entries, objectives, period),
        };
    }

    private IReadOnlyList<AuditedChange> ChangesOf(IEnumerable<HistoryEntry> entries, IStateTree[] ends)
    {
        var projects = new Projects(projectLabel);
        return
        [
            .. from change in entries.SelectMany(entry => Told(entry).Select(change => (entry, change, place: PlaceOf(change.Path))))
               let actors = string.Join(", ", change.entry.Actors)
               group change by (change.place, actors) into all
               orderby all.Key.place.Namespace, all.Key.place.IsValues, all.Key.actors
               select new AuditedChange(
                   TitleOf(all.Key.place.Namespace, all.Key.place.IsValues),
                   all.First().entry.Actors,
                   all.Count(one => one.change.Kind == StateChangeKind.Added),
                   all.Count(one => one.change.Kind == StateChangeKind.Changed),
                   all.Count(one => one.change.Kind == StateChangeKind.Deleted),
                   all.Max(one => one.entry.At)),
        ];

        // A namespace that is gone by now was there at the begin.
        string TitleOf(string? name, bool isValues) =>
            isValues ? "values" : Projects.TitleOf(name, name is null ? null : ends.Select(end => projects.Of(end, name)).FirstOrDefault(project => project is not null));
    }

    private IStateTree TreeOf(HistoryEntry entry) => store.Open(cluster, entry.Commit.Sha);

    private static IReadOnlyList<AuditedDay> DaysOf(IEnumerable<HistoryEntry> entries) =>
    [
        .. from entry in entries
           group Told(entry).Count() by DateOnly.FromDateTime(entry.At.UtcDateTime) into day
           where day.Sum() > 0
           orderby day.Key
           select new AuditedDay(day.Key, day.Sum()),
    ];

    // The rest follows from other files, or is told as checkpoints.
    private static IEnumerable<StateChange> Told(HistoryEntry entry) => entry.Changes.Where(change =>
        change.Path is not (RunbookPage.Path or RestorePointInfo.Path)
        && !change.Path.StartsWith(StateFolder.Snapshots, StringComparison.Ordinal)
        && (!change.Path.StartsWith(StateFolder.Secrets, StringComparison.Ordinal) || SealedFiles.IsMacs(change.Path)));

    private static (string? Namespace, bool IsValues) PlaceOf(string path)
    {
        var document = SealedFiles.DocumentOf(path) ?? path;
        return (StatePath.NamespaceOf(document), document.StartsWith(StateFolder.Values, StringComparison.Ordinal));
    }

    private IReadOnlyList<AuditedCheckpoint> CheckpointsIn(AuditPeriod period) =>
    [
        .. from tag in store.Tags(cluster)
           where CheckpointSummary.IsOf(tag) && period.Holds(tag.TaggedAt)
           orderby tag.TaggedAt
           select new AuditedCheckpoint(tag.Name, tag.Commit.Sha, tag.TaggedAt, Checkpoint.Of(store, cluster, tag).IsPartial, Signature: null),
    ];

    private IReadOnlyList<string> PrunedIn(IEnumerable<HistoryEntry> within) =>
    [
        .. within.Reverse()
            .SelectMany(entry => Enum.GetValues<SnapshotComponent>().Where(component => IsSavedBy(entry, component)).Select(component => ReferenceIn(entry, component)?.Checkpoint))
            .OfType<string>()
            .Except(store.Tags(cluster).Select(tag => tag.Name), StringComparer.Ordinal),
    ];

    private IReadOnlyList<RecoveryPointCourse> CoursesOf(
        IReadOnlyList<HistoryEntry> entries, IReadOnlyDictionary<SnapshotComponent, TimeSpan?> objectives, AuditPeriod period) =>
    [
        .. from objective in objectives
           orderby objective.Key
           select RecoveryPointCourse.Of(objective.Key, objective.Value, TakenAt(entries, objective.Key, period.From), period),
    ];

    /// <summary>Back to the newest that is older than the period.</summary>
    private IEnumerable<DateTimeOffset> TakenAt(IEnumerable<HistoryEntry> entries, SnapshotComponent component, DateTimeOffset from)
    {
        foreach (var entry in entries.Where(entry => IsSavedBy(entry, component)))
        {
            if (ReferenceIn(entry, component) is { Failure: null } reference)
            {
                yield return reference.TakenAt;
                if (reference.TakenAt <= from)
                {
                    yield break;
                }
            }
        }
    }

    private static bool IsSavedBy(HistoryEntry entry, SnapshotComponent component) =>
        entry.Changes.Any(change => change.Path == SnapshotReference.PathOf(component) && change.Kind != StateChangeKind.Deleted);

    private SnapshotReference? ReferenceIn(HistoryEntry entry, SnapshotComponent component)
    {
        try
        {
            return SnapshotReference.In(store.Open(cluster, entry.Commit.Sha), component);
        }
        catch (RunAiDrException failure) when (failure.Fault == Fault.RestorePoint)
        {
            // An edited reference proves nothing.
            return null;
        }
    }
}
