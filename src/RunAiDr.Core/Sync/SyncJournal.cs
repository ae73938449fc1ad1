using Microsoft.Extensions.Logging;
using RunAiDr.Core.Export;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Sync;

/// <summary>What happened in the sync of one cluster: for the log, for the metrics and for who asks how it stands.</summary>
public sealed class SyncJournal(string cluster, SyncMeters meters, ILogger log, TimeProvider clock, Func<double> chance)
{
    private static readonly TimeSpan LongInterruption = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<ListSelection, (long Since, string Reason)> _interrupted = [];
    private RunAiDrException? _failure;
    private IReadOnlyList<string> _held = [];
    private IReadOnlyDictionary<string, int> _counts = new Dictionary<string, int>(StringComparer.Ordinal);
    private CommitId? _restorePoint;
    private bool _exported;
    private bool _watching;

    // Since when the cluster may differ from the restore point. Null with every watch connected and nothing pending: what
    // was not told has not happened.
    private long? _staleSince = clock.GetTimestamp();

    /// <summary>Called after each commit.</summary>
    public Action NewCommit { get; init; } = () => { };

    /// <summary>Called after each commit with what it changed; must not wait for anything.</summary>
    public Action<CommitId, IReadOnlyList<StateChange>> Changed { get; init; } = (_, _) => { };

    public TimeProvider Clock => clock;

    public Func<double> Chance => chance;

    public SyncStatus Status()
    {
        lock (_gate)
        {
            return new SyncStatus(
                cluster, [.. NotReady()], _restorePoint, _exported ? Age() : null, _counts, _failure?.Fault == Fault.NeedsOperator);
        }
    }

    internal void Exported(CommitId? commit, IReadOnlyList<StateChange> changes, ExportReport report, IReadOnlyList<string> held, TimeSpan elapsed)
    {
        lock (_gate)
        {
            (_failure, _held, _counts, _exported, _watching, _staleSince) = (null, held, report.Counts, true, true, null);
            _interrupted.Clear();
            _restorePoint = commit ?? _restorePoint;
        }

        meters.FullExports.Add(1, Tag, new("outcome", commit is null ? "unchanged" : "committed"));
        log.Exported(cluster, report.Revision, report.Resources, elapsed);
        if (held.Count > 0)
        {
            log.Held(cluster, VanishedKinds.Describe(held));
        }

        if (commit is { } restorePoint)
        {
            log.Committed(cluster, restorePoint, changes.Count, report.Revision);
            NewCommit();
            Changed(restorePoint, changes);
        }
    }

    internal void Committed(CommitId restorePoint, IReadOnlyList<StateChange> changes, string revision, TimeSpan waited)
    {
        lock (_gate)
        {
            _restorePoint = restorePoint;
        }

        meters.CommitLag.Record(waited.TotalSeconds, Tag);
        log.Committed(cluster, restorePoint, changes.Count, revision);
        NewCommit();
        Changed(restorePoint, changes);
    }

    /// <summary>How long the oldest change waits that is not committed.</summary>
    internal void Pending(TimeSpan age)
    {
        lock (_gate)
        {
            if (_interrupted.Count == 0 && _watching)
            {
                _staleSince = age == TimeSpan.Zero ? null : clock.GetTimestamp() - (long)(age.TotalSeconds * clock.TimestampFrequency);
            }
        }
    }

    internal void Connected(ListSelection selection)
    {
        lock (_gate)
        {
            _interrupted.Remove(selection);
        }
    }

    internal void Interrupted(ListSelection selection, string reason)
    {
        bool news;
        lock (_gate)
        {
            news = _interrupted.All(other => other.Key.Kind != selection.Kind);
            _interrupted.TryAdd(selection, (clock.GetTimestamp(), reason));
            _staleSince ??= clock.GetTimestamp();
        }

        meters.WatchRestarts.Add(1, Tag, new("kind", selection.Kind.QualifiedName));
        if (news)
        {
            // There are dozens of watches and each tries again within seconds: a restart of the server would fill the log.
            log.WatchInterrupted(cluster, selection.Kind.QualifiedName, reason);
        }
    }

    internal void ReadingAgain(string reason)
    {
        Stale();
        log.ReadingAgain(cluster, reason);
    }

    internal void Failed(RunAiDrException fault)
    {
        Stale();
        lock (_gate)
        {
            _failure = fault;
        }

        if (fault.Fault == Fault.NeedsOperator)
        {
            meters.GuardStops.Add(1, Tag);
        }

        meters.FullExports.Add(1, Tag, new("outcome", "failed"));
        log.CycleFailed(cluster, fault.Message, fault.Remedy);
    }

    private KeyValuePair<string, object?> Tag => new("cluster", cluster);

    private void Stale()
    {
        lock (_gate)
        {
            _staleSince ??= clock.GetTimestamp();
            _watching = false;
        }
    }

    private TimeSpan Age() => _staleSince is { } since ? clock.GetElapsedTime(since) : TimeSpan.Zero;

    private IEnumerable<string> NotReady()
    {
        if (_failure is { } failure)
        {
            yield return $"{failure.Message} {failure.Remedy}";
        }
        else if (!_exported)
        {
            yield return "The first full export has not ended yet.";
        }

        foreach (var (selection, (since, reason)) in _interrupted.Where(watch => clock.GetElapsedTime(watch.Value.Since) > LongInterruption))
        {
            yield return $"The watch of {selection.Kind.QualifiedName} is interrupted for {clock.GetElapsedTime(since).TotalSeconds:0} s: {reason}";
        }

        if (_held.Count > 0)
        {
            yield return $"{VanishedKinds.Describe(_held)}; they are kept. If that is meant, run `runai-dr export --allow-deletions`.";
        }
    }
}
