using Microsoft.Extensions.Logging;
using RunAiDr.Core;
using RunAiDr.Core.Checkpoints;
using RunAiDr.Core.Snapshots;
using RunAiDr.Git;

namespace RunAiDr.Cli.Service;

/// <summary>
/// Makes the checkpoints of one cluster when the schedule says so, prunes after each, and knows how old the recovery points
/// are. Times that were missed while nothing ran are caught up with one checkpoint. What was made is read from the tags,
/// and kept nowhere else.
/// </summary>
internal sealed class CheckpointLoop(Session session, Invocation invocation, ILogger log) : IDisposable
{
    // The clock of a machine may be set, and others make checkpoints too: it is not waited for the very moment.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan CheckInterval = TimeSpan.FromMinutes(5);

    private readonly TimeProvider _clock = invocation.Process.Clock;
    private readonly DateTimeOffset _started = invocation.Process.Clock.GetUtcNow();
    private readonly Attempts _checkpoints = new("made");
    private readonly Attempts _prunings = new("pruned");
    private readonly Attempts _checks = new("checked");
    private volatile UsableSnapshots _usable = UsableSnapshots.None;
    private DateTimeOffset _checkAt = DateTimeOffset.MinValue;
    private bool _pruneIsDue;

    /// <summary>Called after each checkpoint.</summary>
    public Action NewCommit { get; init; } = () => { };

    /// <summary>Brings tags to the remote, and those of others from it; throws when that fails.</summary>
    public Func<CancellationToken, Task> Publish { get; init; } = _ => Task.CompletedTask;

    /// <summary>How the checkpoints of the cluster stand.</summary>
    public CheckpointStatus Status()
    {
        var now = _clock.GetUtcNow();
        return new CheckpointStatus(session.Name, RecoveryPoint.Of(session.Objectives, _usable, now))
        {
            CheckpointFailure = _checkpoints.Failure,
            Tried = _checkpoints.Tried,
            Checked = !ReferenceEquals(_usable, UsableSnapshots.None),
            PruneFailure = _prunings.Failure,
        };
    }

    public void Dispose() => session.Dispose();

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            while (true)
            {
                await LookAsync(ct);
                await Task.Delay(LookInterval, _clock, ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The service stops. What the provider had begun, it has taken back.
        }
    }

    private async Task LookAsync(CancellationToken ct)
    {
        await AttemptAsync(_checkpoints, now => session.Config.Schedule?.Next(LastMade(now)) <= now, MakeAsync, ct);
        await AttemptAsync(_prunings, _ => _pruneIsDue, PruneAsync, ct);
        await AttemptAsync(_checks, now => now >= _checkAt, CheckAsync, ct);
    }

    /// <summary>Does what is due, unless it has just failed; a failure is told, and tried again less and less often.</summary>
    private async Task AttemptAsync(Attempts attempts, Func<DateTimeOffset, bool> due, Func<CancellationToken, Task> work, CancellationToken ct)
    {
        try
        {
            var now = _clock.GetUtcNow();
            if (now >= attempts.NextAt && due(now))
            {
                await work(ct);
                attempts.Succeeded();
            }
        }
        catch (RunAiDrException fault)
        {
            attempts.Failed($"{fault.Message} {fault.Remedy}", _clock.GetUtcNow());
            log.CheckpointsFailed(session.Name, attempts.Work, fault.Message, fault.Remedy);
        }
    }

    /// <summary>
    /// When the newest checkpoint was made that has no name of an operator's; without one, when this process started: a new
    /// installation owes nothing for the time before.
    /// </summary>
    private DateTimeOffset LastMade(DateTimeOffset now) => session.Store.Tags(session.Name).Where(CheckpointSummary.IsOf)
        .Select(tag => CheckpointName.TimeOf(tag.Name)).Where(time => time <= now).Max() ?? _started;

    private async Task MakeAsync(CancellationToken ct)
    {
        using var own = TryLock();
        if (own is null)
        {
            return;
        }

        await using var data = await session.OpenDataAsync(ct);
        await TakeAsync(data.Sources, ct);
        (_pruneIsDue, _checkAt) = (!session.Config.Retention.KeepsAll, DateTimeOffset.MinValue);
    }

    /// <summary>Null while another process makes or deletes a checkpoint of this cluster: there is another look soon.</summary>
    private RepositoryLock? TryLock()
    {
        try
        {
            return RepositoryLock.Take(
                session.Config.Repository, RepositoryLock.CheckpointsOf(session.Name), invocation.Process.Host, invocation.Process.Id, _clock);
        }
        catch (RunAiDrException held) when (held.Fault == Fault.NeedsOperator)
        {
            return null;
        }
    }

    private async Task CheckAsync(CancellationToken ct)
    {
        await using var data = await session.OpenStorageAsync(ct);
        _usable = await UsableSnapshots.FindAsync(Checkpoint.AllOf(session.Store, session.Name), data.Sources, ct);
        _checkAt = _clock.GetUtcNow() + CheckInterval;
    }

    private async Task TakeAsync(SnapshotSources sources, CancellationToken ct)
    {
        session.EnsureCanSign();
        var started = _clock.GetTimestamp();
        var name = CheckpointName.At(_clock.GetUtcNow());
        var taker = new CheckpointTaker(session.Exporter, session.Store, sources, session.Config.DeletionGuard, _clock);
        var report = await taker.TakeAsync(new CheckpointRequest(session.Name, name), new Silence(), ct);
        var elapsed = _clock.GetElapsedTime(started);
        log.CheckpointMade(session.Name, report.Tag, report.Commit, elapsed);
        NewCommit();
    }

    private async Task PruneAsync(CancellationToken ct)
    {
        using var own = TryLock();
        if (own is null)
        {
            return;
        }

        await using var data = await session.OpenStorageAsync(ct);
        await Publish(ct);
        var pruning = new Pruning(session.Name, session.Store, data.Sources);
        var plan = await pruning.PlanAsync(session.Config.Retention, ct);
        await pruning.RunAsync(plan, [], Publish, Audit, ct);
        foreach (var orphan in plan.Orphans)
        {
            log.OrphanFound(session.Name, orphan.Owned.Location, orphan.Owned.Checkpoint);
        }

        _pruneIsDue = false;
    }

    private void Audit(Deletion deletion)
    {
        if (deletion.Failure is { } failure)
        {
            log.NotDeleted(session.Name, deletion.Kind, deletion.What, deletion.Checkpoint, failure);
        }
        else
        {
            log.Deleted(session.Name, deletion.Kind, deletion.What, deletion.Checkpoint);
        }
    }

    private sealed class Silence : IProgress<SnapshotProgress>
    {
        public void Report(SnapshotProgress value)
        {
            // The log gets one line per checkpoint.
        }
    }
}
