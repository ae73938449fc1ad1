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
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Retry = TimeSpan.FromMinutes(5);

    private readonly TimeProvider _clock = invocation.Process.Clock;
    private readonly DateTimeOffset _started = invocation.Process.Clock.GetUtcNow();
    private volatile UsableSnapshots _usable = UsableSnapshots.ByTags([]);
    private volatile string? _failure;

    /// <summary>Called after each checkpoint.</summary>
    public Action NewCommit { get; init; } = () => { };

    /// <summary>How the checkpoints of the cluster stand, as far as the tags tell.</summary>
    public CheckpointStatus Status()
    {
        var now = _clock.GetUtcNow();
        return new CheckpointStatus(session.Name, RecoveryPoint.Of(session.Objectives, _usable, now), _failure);
    }

    public void Dispose() => session.Dispose();

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            while (true)
            {
                if (NextAt() is { } next && next <= _clock.GetUtcNow())
                {
                    await TryAsync(ct);
                }

                _usable = UsableSnapshots.ByTags(Checkpoint.AllOf(session.Store, session.Name));
                await Task.Delay(_failure is null ? Until(NextAt()) : Retry, _clock, ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The service stops. What the provider had begun, it has taken back.
        }
    }

    /// <summary>
    /// The first time of the schedule after the newest checkpoint that the schedule made; without one, after the start: a
    /// new installation owes nothing for the time before.
    /// </summary>
    private DateTimeOffset? NextAt()
    {
        var last = session.Store.Tags(session.Name)
            .Max(tag => CheckpointName.TimeOf(tag.Name));
        return session.Config.Schedule?.Next(last ?? _started);
    }

    // The clock of a machine may be set: long waits are cut into short ones.
    private TimeSpan Until(DateTimeOffset? next)
    {
        var wait = next - _clock.GetUtcNow();
        return wait is not { } time || time > LongestWait ? LongestWait : time > TimeSpan.Zero ? time : TimeSpan.Zero;
    }

    private async Task TryAsync(CancellationToken ct)
    {
        try
        {
            using var own = RepositoryLock.Take(
                session.Config.Repository, RepositoryLock.Checkpoints, invocation.Process.Host, invocation.Process.Id, _clock);
            await using var data = await session.OpenDataAsync(ct);
            await TakeAsync(data.Sources, ct);
            _failure = null;
            await PruneAsync(data.Sources, ct);
        }
        catch (RunAiDrException fault)
        {
            _failure = $"{fault.Message} {fault.Remedy}";
            log.CheckpointFailed(session.Name, fault.Message, fault.Remedy);
        }
    }

    private async Task TakeAsync(SnapshotSources sources, CancellationToken ct)
    {
        var started = _clock.GetTimestamp();
        var name = CheckpointName.At(_clock.GetUtcNow());
        var taker = new CheckpointTaker(session.Exporter, session.Store, sources, session.Config.DeletionGuard, _clock);
        var report = await taker.TakeAsync(new CheckpointRequest(session.Name, name), new Silence(), ct);
        var elapsed = _clock.GetElapsedTime(started);
        log.CheckpointMade(session.Name, report.Tag, report.Commit, elapsed);
        NewCommit();
    }

    private async Task PruneAsync(SnapshotSources sources, CancellationToken ct)
    {
        var pruning = new Pruning(session.Name, session.Store, sources);
        var plan = await pruning.PlanAsync(session.Config.Retention, ct);
        await pruning.RunAsync(plan, [], Audit, ct);
        foreach (var orphan in plan.Orphans)
        {
            log.OrphanFound(session.Name, orphan.Owned.Location, orphan.Owned.Checkpoint);
        }

        if (plan.Tags.Any())
        {
            NewCommit();
        }
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
