using RunAiDr.Tests.Core.Sync;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.EndToEnd;

/// <summary>Networks that stall and API servers that answer badly: nothing half read is committed, and nothing is lost.</summary>
public sealed class SyncNetworkTests : SyncScene
{
    [Fact]
    public async Task A_network_that_trickles_and_stalls_is_waited_for()
    {
        Front.IsStalled = true;
        await using var sync = Start();
        await Task.Delay(1500, CancellationToken.None);
        for (var i = 0; i < 15; i++)
        {
            Front.IsStalled = false;
            await Task.Delay(15, CancellationToken.None);
            Front.IsStalled = true;
            await Task.Delay(80, CancellationToken.None);
        }

        Load("while-listing");
        Front.IsStalled = false;
        await UntilRemoteAsync("while-listing", sync);
        var random = new Random(6);
        for (var i = 0; i < 3; i++)
        {
            Front.IsStalled = true;
            await StormAsync(random, 60);
            Load($"stalled-{i}");
            if (i == 1)
            {
                Front.Cut();
            }

            Front.IsStalled = false;
            await UntilRemoteAsync($"stalled-{i}", sync);
        }

        await UntilCompleteAsync(sync);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task An_api_server_with_too_much_to_do_is_waited_for(int status)
    {
        var kubeconfig = Folder.File("front");
        await using var front = await HttpFront.StartAsync(Cluster, kubeconfig);
        front.Status = status;
        await using var sync = Start(Config(kubeconfig: kubeconfig));
        await SyncedCluster.UntilAsync(() => front.Refused > 2, () => sync.Log);
        front.Status = 0;
        await sync.UntilReadyAsync();

        front.Status = status;
        front.Cut();
        await StormAsync(new Random(status), 100);
        Load("unseen");
        Cluster.Sandbox.Compact();
        front.Status = 0;

        await UntilRemoteAsync("unseen", sync);
        await UntilCompleteAsync(sync);
    }

    [Fact]
    public async Task Half_a_list_is_no_list()
    {
        var kubeconfig = Folder.File("front");
        await using var front = await HttpFront.StartAsync(Cluster, kubeconfig);
        front.TruncatesLists = true;
        await using var sync = Start(Config(kubeconfig: kubeconfig));
        await SyncedCluster.UntilAsync(() => front.Refused > 2, () => sync.Log);
        Assert.NotEqual(0, Remote.Try([], "cat-file", "-e", "main:clusters/prod").Code);

        front.TruncatesLists = false;
        await sync.UntilReadyAsync();
        front.TruncatesLists = true;
        front.Cut();
        Load("unseen");
        Cluster.Sandbox.Compact();
        await UntilReadyzAsync(sync, "[-]prod failed");
        front.TruncatesLists = false;

        await UntilRemoteAsync("unseen", sync);
        Assert.DoesNotContain(Remote.Lines("log", "--format=%s", "main"), subject => subject.Contains("delete", StringComparison.Ordinal));
        await UntilCompleteAsync(sync);
    }
}
