using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using RunAiDr.Cli.Configuration;
using RunAiDr.Core;
using RunAiDr.Core.Comparison;
using RunAiDr.Core.State;
using RunAiDr.Core.Sync;
using RunAiDr.Git;

namespace RunAiDr.Cli.Service.Notifications;

/// <summary>
/// Tells receivers when something goes wrong and when it is over, each once. It looks at the status and at the commits
/// beside the work, which never waits for it.
/// </summary>
internal sealed class Notifier(DrConfig config, TimeProvider clock, SyncMeters meters, ILogger log) : IDisposable
{
    // Of a longer queue the oldest are forgotten: the next commit is compared with the last one that was looked at.
    private const int MostCommits = 1000;

    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);

    private readonly Receiver[] _receivers = [.. config.Notifications.Select(receiver => new Receiver(receiver, clock, meters, log))];
    private readonly Channel<(string Cluster, CommitId Commit, IReadOnlyList<StateChange> Changes)> _commits =
        Channel.CreateBounded<(string, CommitId, IReadOnlyList<StateChange>)>(new BoundedChannelOptions(MostCommits) { FullMode = BoundedChannelFullMode.DropOldest });

    private readonly Dictionary<string, IStateTree> _last = new(StringComparer.Ordinal);
    private readonly ToldProblems _told = new(config.Repository);
    private GitStateStore? _store;

    /// <summary>A commit was made. Never waits.</summary>
    public void Committed(string cluster, CommitId commit, IReadOnlyList<StateChange> changes)
    {
        if (_receivers.Length > 0)
        {
            _commits.Writer.TryWrite((cluster, commit, changes));
        }
    }

    /// <summary>Runs until it is cancelled. Begun before the first commit, it knows what that one changes.</summary>
    public Task RunAsync(Func<ServiceStatus> status, CancellationToken ct)
    {
        if (_receivers.Length == 0)
        {
            return Task.CompletedTask;
        }

        foreach (var receiver in config.Notifications)
        {
            log.Notifying(receiver.Name, receiver.Events);
        }

        Attempt(Open);
        return Task.WhenAll([LookAsync(status, ct), FollowAsync(ct), .. _receivers.Select(receiver => receiver.RunAsync(ct))]);
    }

    public void Dispose() => _store?.Dispose();

    private void Open()
    {
        _store = GitStateStore.Open(Session.StoreOptions(config), clock);
        foreach (var cluster in config.Clusters)
        {
            if (_store.Tip(cluster.Name) is { } tip)
            {
                _last[cluster.Name] = tip;
            }
        }
    }

    private async Task LookAsync(Func<ServiceStatus> status, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(LookInterval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(ct))
            {
                Attempt(() => Look(status()));
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    private void Look(ServiceStatus status)
    {
        var restorePoints = status.Clusters.ToDictionary(cluster => cluster.Cluster, cluster => cluster.RestorePoint?.Sha, StringComparer.Ordinal);
        foreach (var problem in _told.Turn(Problem.Of(status)))
        {
            Tell(problem.At(clock.GetUtcNow(), restorePoints.GetValueOrDefault(problem.Cluster)));
        }
    }

    private async Task FollowAsync(CancellationToken ct)
    {
        try
        {
            await foreach (var (cluster, commit, changes) in _commits.Reader.ReadAllAsync(ct))
            {
                Attempt(() => Compare(cluster, commit, changes));
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    /// <summary>Tells the dangers that came and those that went. The first export of a cluster is no drift.</summary>
    private void Compare(string cluster, CommitId commit, IReadOnlyList<StateChange> changes)
    {
        if (_store?.Open(cluster, commit.Sha) is not { } tree)
        {
            return;
        }

        if (_last.TryGetValue(cluster, out var before))
        {
            var found = DangerChange.Between(before, tree, changes).ToList();
            Tell(cluster, tree, isOver: false, [.. found.SelectMany(change => change.Added.Select(danger => $"{change.Path}: {danger}"))]);
            Tell(cluster, tree, isOver: true, [.. found.SelectMany(change => change.Gone.Select(danger => $"{change.Path}: {danger}"))]);
        }

        _last[cluster] = tree;
    }

    private void Tell(string cluster, IStateTree tree, bool isOver, List<string> dangers)
    {
        if (dangers.Count > 0)
        {
            var text = isOver ? "Dangers have gone from the cluster." : "A change of the cluster hands out more power than before.";
            Tell(new Notification(NotificationEvent.DangerousDrift, isOver, cluster, null, tree.CommittedAt, text)
            {
                Details = dangers,
                RestorePoint = tree.Id.Sha,
            });
        }
    }

    private void Tell(Notification notification) => Array.ForEach(_receivers, receiver => receiver.Take(notification));

    private void Attempt(Action work)
    {
        try
        {
            work();
        }
        catch (RunAiDrException fault)
        {
            // Whoever commits meets the same fault and says what to do; here it costs a notification at most.
            log.NotificationsDelayed(fault.Message);
        }
    }
}
