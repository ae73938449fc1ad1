using Microsoft.Extensions.Logging;
using RunAiDr.Cli.Configuration;
using RunAiDr.Cli.Service.Notifications;
using RunAiDr.Cluster;
using RunAiDr.Core;
using RunAiDr.Core.Checkpoints;
using RunAiDr.Core.Export;
using RunAiDr.Core.Secrets.Sealing;
using RunAiDr.Core.Sync;
using RunAiDr.Forges;
using RunAiDr.Git;

namespace RunAiDr.Cli.Service;

/// <summary>The work of the replica that writes: every cluster of the configuration, and the remote.</summary>
internal sealed class SyncService : IDisposable
{
    // With what else a stop takes, well within the half minute that a kubelet gives.
    private static readonly TimeSpan LastPush = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Tidying = TimeSpan.FromMinutes(1);

    private readonly List<Worker> _workers = [];
    private readonly List<CheckpointLoop> _checkpoints = [];
    private readonly List<ReviewLoop> _reviews = [];
    private readonly List<CoverageLoop> _coverages = [];
    private readonly RehearsalLoop? _rehearsals;
    private readonly SyncMeters _meters;
    private readonly Notifier _notifier;
    private readonly GitRemote? _remote;
    private readonly PushLoop? _pushes;
    private readonly Housekeeping _housekeeping;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private Func<bool> _mayPush = () => false;

    public SyncService(DrConfig config, Invocation invocation, ILogger log, GitRemote? remote, SecretSealing? sealing)
    {
        var clock = invocation.Process.Clock;
        var chance = new Random();
        (_clock, _log) = (clock, log);
        _housekeeping = new Housekeeping(config.Repository, clock);
        _meters = new SyncMeters { IsLeader = () => Leads };
        _notifier = new Notifier(config, clock, _meters, log);
        _remote = remote;
        _pushes = remote is null ? null : new PushLoop(remote, _meters, log, clock, chance.NextDouble);
        if (_pushes is not null)
        {
            _meters.Observe(_pushes.Status);
        }

        var limit = new ForgeLimit();
        foreach (var cluster in config.Clusters)
        {
            var journal = new SyncJournal(cluster.Name, _meters, log, clock, chance.NextDouble)
            {
                NewCommit = () => _pushes?.Notify(),
                Changed = (commit, changes) => _notifier.Committed(cluster.Name, commit, changes),
            };
            _meters.Observe(journal.Status);
            _workers.Add(new Worker(config, cluster, invocation, journal, sealing));
            _coverages.Add(new CoverageLoop(Session.Of(config, cluster, sealing, invocation), clock, log)
            {
                HasExported = () => journal.Status().RestorePointAge is not null,
            });
            if (config.Review is not null)
            {
                _reviews.Add(new ReviewLoop(config, cluster.Name, limit, clock, log)
                {
                    NewCommit = () => _pushes?.Notify(),
                    IsPushed = () => _pushes?.Status() is { Ahead: 0, Failure: null },
                });
            }

            if (config.Schedule is not null || cluster.Snapshots.Components.Count > 0)
            {
                _checkpoints.Add(new CheckpointLoop(Session.Of(config, cluster, sealing, invocation), invocation, log)
                {
                    NewCommit = () => _pushes?.Notify(),
                    Publish = PublishAsync,
                });
            }
        }

        _meters.Observe(() => _checkpoints.SelectMany(loop => Measured(loop.Status())));
        _meters.Observe(() => _checkpoints.Select(loop => loop.Status()).Where(status => status.Tried)
            .Select(status => new CheckpointMeasurement(status.Cluster, status.CheckpointFailure is not null)));
        _meters.Observe(() => _reviews.Select(loop => loop.Status()).Where(status => status.Tried)
            .Select(status => new ReviewMeasurement(status.Cluster, status.Failure is not null)));
        _meters.Observe(() => _coverages.Select(loop => loop.Status()).SelectMany(Measured));
        _rehearsals = config.Rehearsals is null ? null : new RehearsalLoop(config, invocation, log);
        _meters.Observe(() => (_rehearsals?.Status() ?? []).Where(status => status.Passed is not null).Select(Measured));
    }

    /// <summary>Whether this replica writes at the moment.</summary>
    public bool Leads { get; private set; }

    public ServiceStatus Status(string? leader) =>
        new(Leads, leader, [.. _workers.Select(worker => worker.Journal.Status())], _pushes?.Status())
        {
            Checkpoints = [.. _checkpoints.Select(loop => loop.Status())],
            Rehearsals = _rehearsals?.Status() ?? [],
            Reviews = [.. _reviews.Select(loop => loop.Status())],
            Coverages = [.. _coverages.Select(loop => loop.Status())],
        };

    /// <summary>Writes until it is cancelled. One cluster that fails does not stop the others.</summary>
    /// <param name="mayPush">False as soon as another replica may write.</param>
    /// <param name="ct">Ends the work; what has been seen is committed and pushed if that goes at once.</param>
    public async Task RunAsync(Func<bool> mayPush, CancellationToken ct)
    {
        (Leads, _mayPush) = (true, mayPush);
        try
        {
            if (_pushes is not null)
            {
                // What others pushed meanwhile comes first; ours follows with the first export.
                await _pushes.SynchronizeAsync(() => false, ct);
            }

            var pushing = _pushes?.RunAsync(mayPush, ct) ?? Task.CompletedTask;
            await EndingTogether([_notifier.RunAsync(() => Status(null), ct), .. _workers.Select(worker => worker.Sync.RunAsync(ct)), .. _checkpoints.Select(loop => loop.RunAsync(ct)), .. _reviews.Select(loop => loop.RunAsync(ct)), .. _coverages.Select(loop => loop.RunAsync(ct)), _rehearsals?.RunAsync(ct) ?? Task.CompletedTask, pushing, TidyAsync(ct)]);
            if (_pushes is not null && mayPush())
            {
                using var limit = new CancellationTokenSource(LastPush);
                await _pushes.SynchronizeAsync(mayPush, limit.Token);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The remote did not answer in time. What it lacks is in the repository, and goes with the next push.
        }
        finally
        {
            Leads = false;
        }
    }

    public void Dispose()
    {
        _workers.ForEach(worker => worker.Dispose());
        _checkpoints.ForEach(loop => loop.Dispose());
        _notifier.Dispose();
        _reviews.ForEach(loop => loop.Dispose());
        _coverages.ForEach(loop => loop.Dispose());
        _remote?.Dispose();
        _housekeeping.Dispose();
        _meters.Dispose();
    }

    private static IEnumerable<RecoveryMeasurement> Measured(CheckpointStatus status) => status.Points.Select(point => new RecoveryMeasurement(
        status.Cluster, CheckpointSummary.NameOf(point.Component), point.Age, point.Objective));

    private static IEnumerable<CoverageMeasurement> Measured(CoverageStatus status) =>
        status.Newest is { } newest ? [new CoverageMeasurement(status.Cluster, newest.Unprotected)] : [];

    private static RehearsalMeasurement Measured(RehearsalStatus status) =>
        new(status.Cluster, status.Passed == true, status.Age, status.Newest?.Duration);

    /// <summary>As <see cref="Task.WhenAll(Task[])"/>, but a defect in one ends the wait: the process then stops and is started again.</summary>
    private static async Task EndingTogether(List<Task> tasks)
    {
        while (tasks.Count > 0)
        {
            var ended = await Task.WhenAny(tasks);
            await ended;
            tasks.Remove(ended);
        }
    }

    private async Task PublishAsync(CancellationToken ct)
    {
        if (_remote is not null)
        {
            await _remote.SynchronizeAsync(() => _mayPush(), ct);
        }
    }

    private async Task TidyAsync(CancellationToken ct)
    {
        using var timer = new PeriodicTimer(Tidying, _clock);
        try
        {
            while (await timer.WaitForNextTickAsync(ct))
            {
                await TidyOnceAsync(ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The service stops; a packing that was cut off is repeated by the next one.
        }
    }

    private async Task TidyOnceAsync(CancellationToken ct)
    {
        try
        {
            if (!_housekeeping.IsDue())
            {
                return;
            }

            var outcome = await _housekeeping.RunAsync(ct);
            if (outcome.Failure is { } failure)
            {
                _log.PackingFailed(failure);
            }
            else
            {
                _log.Packed(outcome.LooseBefore, outcome.BytesBefore, outcome.BytesAfter);
            }
        }
        catch (RunAiDrException fault)
        {
            // Whoever commits meets the same fault and says what to do.
            _log.PackingFailed(fault.Message);
        }
    }

    /// <summary>What works for one cluster.</summary>
    private sealed class Worker : IDisposable
    {
        private readonly GitStateStore _store;
        private readonly ClusterClient _client;

        public Worker(DrConfig config, ClusterConfig cluster, Invocation invocation, SyncJournal journal, SecretSealing? sealing)
        {
            var clock = invocation.Process.Clock;
            var scope = Connections.ScopeOf(cluster);
            var rules = Connections.RulesOf(cluster);
            Journal = journal;
            _client = new ClusterClient(Connections.Of(invocation, cluster), clock);
            _store = GitStateStore.Open(Session.StoreOptions(config, cluster.Name), clock);
            var options = new SyncOptions
            {
                Cluster = cluster.Name,
                Settle = config.Sync.Settle,
                MaxWait = config.Sync.MaxWait,
                Resync = config.Sync.Resync,
                DeletionGuard = config.DeletionGuard,
            };
            var exporter = new ClusterExporter(_client, scope) { Rules = rules, Sealing = sealing, Memory = _store.Forms };
            Sync = new ClusterSync(exporter, _client, _store, options, journal);
        }

        public SyncJournal Journal { get; }

        public ClusterSync Sync { get; }

        public void Dispose()
        {
            _client.Dispose();
            _store.Dispose();
        }
    }
}
