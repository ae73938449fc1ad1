using Microsoft.Extensions.Logging.Abstractions;
using RunAiDr.Core;
using RunAiDr.Core.Sync;

namespace RunAiDr.Tests.Core.Sync;

public sealed class PushLoopTests : IDisposable
{
    private readonly Remote _remote = new();
    private readonly SyncMeters _meters = new();
    private readonly PushLoop _loop;
    private readonly CancellationTokenSource _stop = new();

    public PushLoopTests() => _loop = new PushLoop(_remote, _meters, NullLogger.Instance, TimeProvider.System, () => 0);

    public void Dispose()
    {
        _stop.Dispose();
        _meters.Dispose();
    }

    [Fact]
    public async Task Every_commit_is_pushed_and_then_nothing_is_behind()
    {
        var running = _loop.RunAsync(() => true, _stop.Token);
        for (var i = 0; i < 50; i++)
        {
            _remote.Commit();
            _loop.Notify();
            await Task.Yield();
        }

        await SyncedCluster.UntilAsync(() => _loop.Status() == new PushStatus(0, TimeSpan.Zero, null), () => _loop.Status().ToString());
        await StopAsync(running);
    }

    [Fact]
    public async Task Unpushed_commits_are_tried_again_without_another_commit_and_shown_meanwhile()
    {
        _remote.Refuses = true;
        var running = _loop.RunAsync(() => true, _stop.Token);
        _remote.Commit();
        _loop.Notify();
        await SyncedCluster.UntilAsync(() => _remote.Attempts >= 2, () => "not tried again");

        Assert.Equal((1, "the remote is down turn it on"), (_loop.Status().Ahead, _loop.Status().Failure));
        Assert.True(_loop.Status().Age > TimeSpan.Zero);

        _remote.Refuses = false;
        await SyncedCluster.UntilAsync(() => _loop.Status() == new PushStatus(0, TimeSpan.Zero, null), () => _loop.Status().ToString());
        await StopAsync(running);
    }

    private async Task StopAsync(Task running)
    {
        await _stop.CancelAsync();
        await running;
    }

    private sealed class Remote : IStateRemote
    {
        private int _ahead;

        public bool Refuses { get; set; }

        public int Attempts { get; private set; }

        public void Commit() => Interlocked.Increment(ref _ahead);

        public int Ahead() => _ahead;

        public Task<RemoteOutcome> SynchronizeAsync(Func<bool> mayPush, CancellationToken ct)
        {
            Attempts++;
            return Refuses
                ? throw new RunAiDrException(Fault.Repository, "the remote is down", "turn it on")
                : Task.FromResult(new RemoteOutcome(0, Interlocked.Exchange(ref _ahead, 0), Replayed: false));
        }
    }
}
