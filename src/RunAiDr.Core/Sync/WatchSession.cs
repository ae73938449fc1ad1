using System.Threading.Channels;
using RunAiDr.Core.Export;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Sync;

/// <summary>
/// From one full export to the next: watches everything that it read, from the revision it read it at, and commits what
/// happens.
/// </summary>
internal sealed class WatchSession(
    ClusterExporter exporter, IClusterWatcher watcher, IStateStore store, SyncOptions options, SyncJournal journal)
{
    // Little enough for memory; a full queue only makes the server wait.
    private const int QueueLength = 512;

    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(1);

    // The cluster may be asked for the last batch, and may not answer.
    private static readonly TimeSpan LastCommit = TimeSpan.FromSeconds(5);

    /// <summary>Commits batches until the cluster has to be read again, and gives the reason.</summary>
    /// <exception cref="RunAiDrException">A watch is refused, the guard stops a batch, or the repository fails.</exception>
    public async Task<string> RunAsync(SyncIndex index, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var queue = Channel.CreateBounded<(ListSelection, WatchEvent)>(QueueLength);
        var pumps = index.Selections.Select(selection => PumpAsync(selection, index.Report.Revision, queue.Writer, stop.Token)).ToArray();
        try
        {
            return await ConsumeAsync(index, queue.Reader, ct);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(pumps);
        }
    }

    private async Task PumpAsync(
        ListSelection selection, string revision, ChannelWriter<(ListSelection, WatchEvent)> queue, CancellationToken ct)
    {
        try
        {
            await foreach (var step in watcher.WatchAsync(selection, revision, ct))
            {
                await queue.WriteAsync((selection, step), ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The session has ended.
        }
#pragma warning disable CA1031 // Whatever ended a watch ends the session: without it changes would be missed.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            queue.TryComplete(failure);
        }
    }

    private async Task<string> ConsumeAsync(
        SyncIndex index, ChannelReader<(ListSelection Selection, WatchEvent Step)> queue, CancellationToken ct)
    {
        var clock = journal.Clock;
        var started = clock.GetTimestamp();
        var compared = started;
        var batch = new SyncBatch(options, clock);
        var intake = new ChangeIntake(exporter, watcher, index, batch);
        var commit = new BatchCommit(store, watcher, options, index, exporter.Sealing);
        var interval = index.AwaitsOperator && Soon < options.Resync ? Soon : options.Resync;
        while (true)
        {
            var untilResync = interval - clock.GetElapsedTime(started);
            if (untilResync <= TimeSpan.Zero)
            {
                return "the interval of full exports has passed";
            }

            if (clock.GetElapsedTime(compared) >= options.Comparison)
            {
                if (IsChangedByOthers(index))
                {
                    return "somebody else changed the folder of the cluster in the repository";
                }

                compared = clock.GetTimestamp();
            }

            try
            {
                var longest = untilResync < options.Comparison ? untilResync : options.Comparison;
                await WaitAsync(queue, batch.DueIn is { } due && due < longest ? due : longest, ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested && intake.ReadAgain is null)
            {
                // A graceful stop: what has been seen is committed, within a moment.
                using var limit = new CancellationTokenSource(LastCommit, clock);
                await CommitAsync(commit, batch, limit.Token);
                throw;
            }

            if (await TakeAsync(intake, batch, queue, ct) is { } expired)
            {
                return expired;
            }

            journal.Pending(batch.Age);
            if (batch.DueIn != TimeSpan.Zero)
            {
                continue;
            }

            if (intake.ReadAgain is { } reason)
            {
                return reason;
            }

            if (await CommitAsync(commit, batch, ct) is { } other)
            {
                return other;
            }
        }
    }

    // The next batch would find it too, but there may be none for long.
    private bool IsChangedByOthers(SyncIndex index) => (store.Tip(options.Cluster)?.TreeId ?? "") != index.TreeId;

    /// <summary>Returns when there is something to read or the time is over.</summary>
    private async Task WaitAsync(ChannelReader<(ListSelection, WatchEvent)> queue, TimeSpan atMost, CancellationToken ct)
    {
        using var timer = new CancellationTokenSource(atMost, journal.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, ct);
        try
        {
            await queue.WaitToReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // Time is over.
        }
    }

    /// <summary>Takes what has come until the batch is due; gives the reason when a watch has expired.</summary>
    private async Task<string?> TakeAsync(
        ChangeIntake intake, SyncBatch batch, ChannelReader<(ListSelection Selection, WatchEvent Step)> queue, CancellationToken ct)
    {
        // What waits already shares the commit: a stream of changes would outrun a commit for each.
        for (var waiting = queue.Count;
            !batch.IsFull && (waiting > 0 || batch.DueIn != TimeSpan.Zero) && queue.TryRead(out var item);
            waiting--)
        {
            if (item.Step.Kind == WatchEventKind.Expired)
            {
                return $"the server no longer knows what happened to {item.Selection.Kind.QualifiedName} since the last reading";
            }

            await TakeAsync(intake, item.Selection, item.Step, ct);
        }

        return null;
    }

    private async Task TakeAsync(ChangeIntake intake, ListSelection selection, WatchEvent step, CancellationToken ct)
    {
        switch (step.Kind)
        {
            case WatchEventKind.Progress:
                journal.Connected(selection);
                break;
            case WatchEventKind.Interrupted:
                journal.Interrupted(selection, step.Reason ?? "");
                break;
            default:
                await intake.TakeAsync(selection, step, ct);
                break;
        }
    }

    private async Task<string?> CommitAsync(BatchCommit commit, SyncBatch batch, CancellationToken ct)
    {
        var (waited, revision) = (batch.Age, batch.Revision);
        var outcome = await commit.CommitAsync(batch, ct);
        if (outcome.Commit is { } restorePoint)
        {
            journal.Committed(restorePoint, outcome.Changes, revision, waited);
        }

        batch.Clear();
        journal.Pending(TimeSpan.Zero);
        return outcome.ReadAgain;
    }
}
