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
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    // Some changes can only be read whole, such as new projects: many of them must not stop the export for minutes.
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Healthy = TimeSpan.FromMinutes(1);

    /// <summary>Runs until it is cancelled; what an operator has to mend is told to the journal and tried again.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        var unhealthy = 0;
        while (!ct.IsCancellationRequested)
        {
            var started = journal.Clock.GetTimestamp();
            var failed = false;
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
                failed = true;
            }

            unhealthy = journal.Clock.GetElapsedTime(started) >= Healthy ? 0 : unhealthy + 1;
            await PauseAsync(PauseAfter(unhealthy, failed), ct);
        }
    }

    /// <summary>One full export: every kind at one revision, committed when it differs from the tip.</summary>
    internal async Task<SyncIndex> ExportAsync(CancellationToken ct)
    {
        var started = journal.Clock.GetTimestamp();
        var tip = store.Tip(options.Cluster);
        using var writer = store.Begin(options.Cluster);
        var exported = await exporter.ReadAsync(options.Cluster, writer, store.TrustedTip(options.Cluster), ct);
        var held = Hold(writer, exported.Report);
        var changes = writer.Changes();
        options.DeletionGuard.Check(writer.Deletions(), changes, confirmed: false);
        var commit = writer.Commit(CommitMessage.For(changes, exported.Report, isFirst: tip is null));
        journal.Exported(commit, changes, exported.Report, held, journal.Clock.GetElapsedTime(started));
        return new SyncIndex(exported, writer.Files, writer.TreeId) { AwaitsOperator = held.Count > 0 };
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
    internal static TimeSpan PauseAfter(int unhealthy, bool failed)
    {
        var longest = failed ? LongestPause : LongestRest;
        return unhealthy < 2
            ? TimeSpan.Zero
            : TimeSpan.FromSeconds(Math.Min(longest.TotalSeconds, Math.Pow(2, unhealthy - 2)));
    }

    private async Task PauseAsync(TimeSpan pause, CancellationToken ct)
    {
        try
        {
            await Task.Delay(pause * (0.5 + journal.Chance()), journal.Clock, ct);
        }
        catch (OperationCanceledException)
        {
            // The loop sees it.
        }
    }
}
