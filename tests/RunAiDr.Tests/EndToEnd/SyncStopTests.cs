using System.Diagnostics;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.EndToEnd;

/// <summary>SIGTERM when something hangs or is refused: a stop is never a failure, and in time for a kubelet.</summary>
public sealed class SyncStopTests : SyncScene
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task While_kinds_are_forbidden()
    {
        var nobody = await BehindAsync(Cluster.KubeconfigOf("nobody"), "nobody", Front.Port);
        await using var sync = Start(Config(kubeconfig: nobody));
        await UntilReadyzAsync(sync, "forbidden");

        await StopAsync(sync);
    }

    [Fact]
    public async Task While_the_api_server_stalls()
    {
        Front.IsStalled = true;
        await using (var sync = Start())
        {
            await UntilReadyzAsync(sync, "[-]prod failed");
            await StopAsync(sync);
        }

        Front.IsStalled = false;
        await using var second = Start(Config(more: "leaderElection: {enabled: true, namespace: runai}"));
        await UntilReadyzAsync(second, "[+]prod ok");
        Front.IsStalled = true;
        await StopAsync(second);
    }

    [Fact]
    public async Task While_the_remote_hangs_in_the_first_copy_and_in_the_first_fetch()
    {
        await using var hanging = new TcpFront(Cluster.Sandbox.Address) { IsStalled = true };
        var remote = $"http://127.0.0.1:{hanging.Port}/dr.git";
        await using (var sync = Start(Config(remote: remote)))
        {
            await UntilReadyzAsync(sync, "[-]starting");
            await Task.Delay(500, CancellationToken.None);
            await StopAsync(sync);
        }

        await using (var sync = Start())
        {
            Load("one");
            await UntilRemoteAsync("one", sync);
            await StopAsync(sync);
        }

        await using var last = Start(Config(remote: remote));
        await UntilReadyzAsync(last, "[-]prod failed");
        await Task.Delay(500, CancellationToken.None);
        await StopAsync(last);
        AssertComplete();
    }

    [Fact]
    public async Task While_the_remote_hangs_in_a_push_and_the_commit_goes_with_the_next_start()
    {
        await using (var sync = Start())
        {
            await sync.UntilReadyAsync();
            Load("one");
            await UntilRemoteAsync("one", sync);
            await HookAsync("exec sleep 60");
            Load("two");
            await UntilReadyzAsync(sync, "behind by 1 commits");
            await StopAsync(sync);
        }

        await HookAsync(null);
        await using var next = Start();
        await UntilRemoteAsync("two", next);
        await UntilCompleteAsync(next);
    }

    private static async Task StopAsync(SyncProcess sync)
    {
        var since = Stopwatch.GetTimestamp();
        var code = await sync.TerminateAsync();
        Assert.True(code == 0, $"exit code {code}\n{sync.Log}");
        Assert.InRange(Stopwatch.GetElapsedTime(since), TimeSpan.Zero, Longest);
    }
}
