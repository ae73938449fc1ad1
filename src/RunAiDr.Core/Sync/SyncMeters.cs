using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace RunAiDr.Core.Sync;

/// <summary>The measurements of the service. Names follow OpenTelemetry; Prometheus sees <c>runai_dr_…</c> with units.</summary>
public sealed class SyncMeters : IDisposable
{
    public const string Name = "RunAiDr";

    private readonly Meter _meter = new(Name);
    private readonly ConcurrentBag<Func<SyncStatus>> _clusters = [];
    private readonly Counter<long> _notifications;
    private Func<PushStatus>? _pushes;
    private Func<IEnumerable<RecoveryMeasurement>> _recovery = () => [];
    private Func<IEnumerable<RehearsalMeasurement>> _rehearsals = () => [];
    private Func<IEnumerable<CheckpointMeasurement>> _checkpoints = () => [];
    private Func<IEnumerable<ReviewMeasurement>> _reviews = () => [];
    private Func<IEnumerable<CoverageMeasurement>> _coverages = () => [];

    public SyncMeters()
    {
        CommitLag = _meter.CreateHistogram<double>(
            "runai_dr.commit.lag", "s", "Time from the first change of a batch to its commit.");
        PushLag = _meter.CreateHistogram<double>(
            "runai_dr.push.lag", "s", "Time from the oldest unpushed commit to its push.");
        WatchRestarts = _meter.CreateCounter<long>("runai_dr.watch.restarts", null, "Interruptions of watches.");
        FullExports = _meter.CreateCounter<long>("runai_dr.resyncs", null, "Full exports by outcome.");
        GuardStops = _meter.CreateCounter<long>("runai_dr.guard.stops", null, "Cycles that stopped for confirmation.");
        PushFailures = _meter.CreateCounter<long>("runai_dr.push.failures", null, "Failed synchronizations with the remote.");
        _notifications = _meter.CreateCounter<long>("runai_dr.notifications", null, "Notifications by receiver and outcome.");
        _meter.CreateObservableGauge("runai_dr.ready", () => Each(status => status.Ready ? 1 : 0), null, "1 when sync of the cluster is in order.");
        _meter.CreateObservableGauge("runai_dr.guard.stopped", () => Each(status => status.GuardStopped ? 1 : 0), null, "1 while an operator has to confirm deletions.");
        _meter.CreateObservableGauge("runai_dr.restore_point.age", Ages, "s", "For how long the restore point may have differed from the cluster.");
        _meter.CreateObservableGauge("runai_dr.resources", Resources, null, "Resources at the last full export by kind.");
        _meter.CreateObservableGauge("runai_dr.unpushed.commits", () => Pushes(status => status.Ahead), null, "Commits that the remote lacks.");
        _meter.CreateObservableGauge("runai_dr.unpushed.age", () => Pushes(status => status.Age.TotalSeconds), "s", "Age of the oldest commit that the remote lacks.");
        _meter.CreateObservableGauge("runai_dr.recovery_point.age", () => Recovery(point => point.Age), "s", "Time since the newest usable snapshot of a component.");
        _meter.CreateObservableGauge("runai_dr.recovery_point.objective", () => Recovery(point => point.Objective), "s", "How old that may be.");
        _meter.CreateObservableGauge("runai_dr.checkpoint.failed", Checkpoints, null, "1 while the last scheduled checkpoint failed.");
        _meter.CreateObservableGauge("runai_dr.review.failed", Reviews, null, "1 while the pull request cannot be kept up to date.");
        _meter.CreateObservableGauge("runai_dr.coverage.unprotected", Coverages, null, "Resources of Run:ai that are unexplained or not saved.");
        _meter.CreateObservableGauge("runai_dr.rehearsal.passed", () => Rehearsals(newest => newest.Passed ? 1 : 0), null, "1 when the newest rehearsal passed.");
        _meter.CreateObservableGauge("runai_dr.rehearsal.age", () => Rehearsals(newest => newest.Age?.TotalSeconds), "s", "Time since the newest rehearsal.");
        _meter.CreateObservableGauge("runai_dr.rehearsal.duration", () => Rehearsals(newest => newest.Duration?.TotalSeconds), "s", "How long the newest rehearsal took.");
        _meter.CreateObservableGauge("runai_dr.leader", () => IsLeader() ? 1 : 0, null, "1 on the replica that writes.");
    }

    public Func<bool> IsLeader { get; set; } = () => true;

    internal Histogram<double> CommitLag { get; }

    internal Histogram<double> PushLag { get; }

    internal Counter<long> WatchRestarts { get; }

    internal Counter<long> FullExports { get; }

    internal Counter<long> GuardStops { get; }

    internal Counter<long> PushFailures { get; }

    /// <summary>Shows the state of a cluster in the gauges.</summary>
    public void Observe(Func<SyncStatus> cluster) => _clusters.Add(cluster);

    /// <summary>Shows the state of the remote in the gauges.</summary>
    public void Observe(Func<PushStatus> pushes) => _pushes = pushes;

    /// <summary>Shows recovery points in the gauges.</summary>
    public void Observe(Func<IEnumerable<RecoveryMeasurement>> recovery) => _recovery = recovery;

    /// <summary>Shows rehearsals in the gauges.</summary>
    public void Observe(Func<IEnumerable<RehearsalMeasurement>> rehearsals) => _rehearsals = rehearsals;

    /// <summary>Shows in the gauges whether checkpoints could be made.</summary>
    public void Observe(Func<IEnumerable<CheckpointMeasurement>> checkpoints) => _checkpoints = checkpoints;

    /// <summary>Shows in the gauges whether the forge took the pull requests.</summary>
    public void Observe(Func<IEnumerable<ReviewMeasurement>> reviews) => _reviews = reviews;

    /// <summary>Shows in the gauges how much nothing protects.</summary>
    public void Observe(Func<IEnumerable<CoverageMeasurement>> coverages) => _coverages = coverages;

    /// <summary>Counts notifications: <c>sent</c>, <c>failed</c>, or <c>dropped</c> since too many waited. None, so that the first is seen as an increase.</summary>
    public void Notified(string receiver, string outcome, int count) => _notifications.Add(count, new("receiver", receiver), new("outcome", outcome));

    public void Dispose() => _meter.Dispose();

    private static KeyValuePair<string, object?> Of(SyncStatus status) => new("cluster", status.Cluster);

    private IEnumerable<Measurement<int>> Each(Func<SyncStatus, int> value) =>
        _clusters.Select(cluster => cluster()).Select(status => new Measurement<int>(value(status), Of(status)));

    private IEnumerable<Measurement<double>> Ages() =>
        from cluster in _clusters
        let status = cluster()
        where status.RestorePointAge is not null
        select new Measurement<double>(status.RestorePointAge.GetValueOrDefault().TotalSeconds, Of(status));

    private IEnumerable<Measurement<int>> Resources() =>
        from cluster in _clusters
        let status = cluster()
        from count in status.Resources
        select new Measurement<int>(count.Value, Of(status), new("kind", count.Key));

    private IEnumerable<Measurement<double>> Pushes(Func<PushStatus, double> value) =>
        _pushes is { } pushes ? [new Measurement<double>(value(pushes()))] : [];

    private IEnumerable<Measurement<int>> Checkpoints() => _checkpoints().Select(last =>
        new Measurement<int>(last.Failed ? 1 : 0, new KeyValuePair<string, object?>("cluster", last.Cluster)));

    private IEnumerable<Measurement<int>> Reviews() => _reviews().Select(last =>
        new Measurement<int>(last.Failed ? 1 : 0, new KeyValuePair<string, object?>("cluster", last.Cluster)));

    private IEnumerable<Measurement<int>> Coverages() => _coverages().Select(newest =>
        new Measurement<int>(newest.Unprotected, new KeyValuePair<string, object?>("cluster", newest.Cluster)));

    private IEnumerable<Measurement<double>> Rehearsals(Func<RehearsalMeasurement, double?> value) =>
        from newest in _rehearsals()
        let number = value(newest)
        where number is not null
        select new Measurement<double>(number.GetValueOrDefault(), new KeyValuePair<string, object?>("cluster", newest.Cluster));

    private IEnumerable<Measurement<double>> Recovery(Func<RecoveryMeasurement, TimeSpan?> value) =>
        from point in _recovery()
        let time = value(point)
        where time is not null
        select new Measurement<double>(time.GetValueOrDefault().TotalSeconds, new("cluster", point.Cluster), new("component", point.Component));
}

/// <summary>The recovery point of one component; null where there is none, or no objective.</summary>
public sealed record RecoveryMeasurement(string Cluster, string Component, TimeSpan? Age, TimeSpan? Objective);

/// <summary>Whether the last scheduled checkpoint of a cluster failed.</summary>
public sealed record CheckpointMeasurement(string Cluster, bool Failed);

/// <summary>Whether the last attempt to bring the pull request of a cluster up to date failed.</summary>
public sealed record ReviewMeasurement(string Cluster, bool Failed);

/// <summary>How many resources of a cluster the newest survey found unexplained or not saved.</summary>
public sealed record CoverageMeasurement(string Cluster, int Unprotected);

/// <summary>The newest rehearsal of a cluster; age and duration are null where there was none, but one that could not be run.</summary>
public sealed record RehearsalMeasurement(string Cluster, bool Passed, TimeSpan? Age, TimeSpan? Duration);
