using RunAiDr.Core.Export;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Sync;

/// <summary>
/// Keeps the state of one cluster in the store: a full export, then watches, and a full export again whenever the
/// watches cannot tell. While a reading fails nothing is committed.
/// </summary>
public sealed class ClusterSync(
    ClusterExporter exporter, IClusterWatcher watcher, IStateStore store, SyncOptions options, SyncJournal journal)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Healthy = TimeSpan.FromMinutes(1);

    /// <summary>Runs until it is cancelled; what an operator has to mend is told to the journal and tried again.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        var unhealthy = 0;
        while (!ct.IsCancellationRequested)
        {
            var started = journal.Clock.GetTimestamp();
            try
            {
                var index = await ExportAsync(ct);

                // What follows allocates so little that the garbage of the export would stay until the next one.
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                var reason = await new WatchSession(exporter, watcher, store, options, journal).RunAsync(index, ct);
                journal.ReadingAgain(reason);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (RunAiDrException fault)
            {
                journal.Failed(fault);
            }

            unhealthy = journal.Clock.GetElapsedTime(started) >= Healthy ? 0 : unhealthy + 1;
            await PauseAsync(unhealthy, ct);
        }
    }

    /// <summary>One full export: every kind at one revision, committed when it differs from the tip.</summary>
    internal async Task<SyncIndex> ExportAsync(CancellationToken ct)
    {
        var started = journal.Clock.GetTimestamp();
        var isFirst = store.Tip(options.Cluster) is null;
        using var writer = store.Begin(options.Cluster);
        var exported = await exporter.ReadAsync(options.Cluster, writer, ct);
        var held = Hold(writer, exported.Report);
        var changes = writer.Changes();
        options.DeletionGuard.Check(writer.Deletions(), changes, confirmed: false);
        var commit = writer.Commit(CommitMessage.For(changes, exported.Report, isFirst));
        journal.Exported(commit, changes.Count, exported.Report, held, journal.Clock.GetElapsedTime(started));
        return new SyncIndex(exported, writer.Files, writer.TreeId);
    }

    private static IReadOnlyList<string> Hold(IStateWriter writer, ExportReport report)
    {
        var held = VanishedKinds.Among(writer.Changes(), report.LackingKinds);
        foreach (var path in held)
        {
            writer.Keep(path);
        }

        return held;
    }

    /// <summary>The first repetition goes at once, the next ones wait longer and longer.</summary>
    private async Task PauseAsync(int unhealthy, CancellationToken ct)
    {
        if (unhealthy < 2)
        {
            return;
        }

        var pause = TimeSpan.FromSeconds(Math.Min(LongestPause.TotalSeconds, Math.Pow(2, unhealthy - 2))) * (0.5 + journal.Chance());
        try
        {
            await Task.Delay(pause, journal.Clock, ct);
        }
        catch (OperationCanceledException)
        {
            // The loop sees it.
        }
    }
}
