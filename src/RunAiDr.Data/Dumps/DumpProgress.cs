using RunAiDr.Core.Snapshots;

namespace RunAiDr.Data.Dumps;

/// <summary>Tells each step as it begins, and its bytes at most once a second.</summary>
internal sealed class DumpProgress(IProgress<SnapshotProgress> progress, TimeProvider clock)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private string _step = "";
    private long? _total;
    private long _done;
    private long _told;

    public void Begin(string step, long? total = null)
    {
        (_step, _total, _done) = (step, total, 0);
        Tell(null);
    }

    public void Add(int bytes)
    {
        _done += bytes;
        if (clock.GetElapsedTime(_told) >= Pause)
        {
            Tell(_done);
        }
    }

    private void Tell(long? done)
    {
        _told = clock.GetTimestamp();
        progress.Report(new SnapshotProgress(SnapshotComponent.Database, _step, done, _total));
    }
}
