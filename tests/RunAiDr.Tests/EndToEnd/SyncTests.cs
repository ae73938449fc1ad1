using RunAiDr.Tests.Core.Sync;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.EndToEnd;

/// <summary><c>runai-dr sync</c> as a process: what an operator and a kubelet see of it, and what it survives.</summary>
public sealed class SyncTests : SyncScene
{
    [Fact]
    public async Task A_change_reaches_the_remote_and_a_stop_takes_the_last_one_along()
    {
        await using var sync = Start();
        await sync.UntilReadyAsync();

        Load("one");
        await UntilRemoteAsync("one", sync);
        Load("two", "value 0");
        await Task.Delay(150, CancellationToken.None);
        var code = await sync.TerminateAsync();

        Assert.Equal(0, code);
        AssertComplete();
        Assert.True(RemoteHas("two"), sync.Log);
    }

    [Fact]
    public async Task The_probes_and_metrics_tell_how_it_stands()
    {
        await using var sync = Start();
        await sync.UntilReadyAsync();
        Load("one");
        await UntilRemoteAsync("one", sync);

        var ready = (Code: 0, Text: "");
        await SyncedCluster.UntilAsync(
            () => (ready = sync.ReadyAsync().GetAwaiter().GetResult()).Text.EndsWith("behind by 0 commits\n", StringComparison.Ordinal), () => ready.Text);
        var metrics = await sync.MetricsAsync();

        Assert.Matches(@"\A\[\+\]prod ok: restore point [0-9a-f]{8}, 0 s old\n\[\+\]remote ok: ", ready.Text);
        Assert.All(
            (string[])[
                "runai_dr_ready{cluster=\"prod\"} 1", "runai_dr_restore_point_age_seconds{cluster=\"prod\"} 0",
                "runai_dr_commit_lag_seconds_count{cluster=\"prod\"} 1", "runai_dr_push_lag_seconds_count", "runai_dr_unpushed_commits{} 0",
                "runai_dr_resources{cluster=\"prod\",kind=\"namespaces\"}", "runai_dr_guard_stopped{cluster=\"prod\"} 0", "runai_dr_leader{} 1",
            ],
            line => Assert.Contains(line, metrics, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_second_process_on_the_repository_is_refused_by_name()
    {
        await using var first = Start();
        await first.UntilReadyAsync();

        await using var second = Start();
        await SyncedCluster.UntilAsync(() => second.HasEnded, () => second.Log);

        Assert.Contains("keeps", second.Log, StringComparison.Ordinal);
        var ready = await first.ReadyAsync();
        Assert.True(ready.Code == 200, $"{ready}\n{first.Log}");
    }

    [Fact]
    public async Task A_killed_process_goes_on_where_it_was()
    {
        var random = new Random(4);
        for (var round = 0; round < 12; round++)
        {
            await using var sync = Start();
            var until = random.Next(400, 1800);
            for (var waited = 0; waited < until; waited += 15)
            {
                Storm(random);
                await Task.Delay(15, CancellationToken.None);
            }

            await sync.KillAsync();
        }

        await using var last = Start();
        Load("last");
        await UntilRemoteAsync("last", last);
        await UntilCompleteAsync(last);
    }

    [Fact]
    public async Task A_network_that_is_cut_anywhere_loses_nothing()
    {
        Front.CutAfter = 200_000;
        await using var sync = Start();
        var random = new Random(5);
        for (var i = 0; i < 150; i++)
        {
            Storm(random);
            await Task.Delay(20, CancellationToken.None);
            if (i % 25 == 24)
            {
                Front.Cut();
            }

            if (i % 50 == 49)
            {
                Cluster.Sandbox.Compact();
            }
        }

        Front.CutAfter = 0;
        Load("last");
        await UntilRemoteAsync("last", sync);
        await UntilCompleteAsync(sync);
    }

    [Fact]
    public async Task An_api_server_that_goes_away_is_told_and_waited_for()
    {
        await using var sync = Start();
        await sync.UntilReadyAsync();

        Front.IsUnplugged = true;
        Front.Cut();
        Load("unseen");
        Cluster.Sandbox.Compact();
        await Task.Delay(1500, CancellationToken.None);
        Assert.DoesNotContain(Remote.Run("log", "--format=%s", "main"), "delete", StringComparison.Ordinal);
        Front.IsUnplugged = false;

        await UntilRemoteAsync("unseen", sync);
        await UntilCompleteAsync(sync);
    }

    [Fact]
    public async Task A_remote_that_refuses_for_a_while_gets_everything_later_without_another_change()
    {
        await using var sync = Start();
        await sync.UntilReadyAsync();
        Load("before");
        await UntilRemoteAsync("before", sync);
        await HookAsync("echo protected >&2; exit 1");

        Load("refused");
        await SyncedCluster.UntilAsync(() => sync.ReadyAsync().GetAwaiter().GetResult().Text.Contains("[-]remote behind by 1 commits", StringComparison.Ordinal), () => sync.Log);
        await HookAsync(null);

        await UntilRemoteAsync("refused", sync);
        await UntilCompleteAsync(sync);
    }

    [Fact]
    public async Task Two_clusters_of_two_writers_share_one_remote_and_nobodys_files_are_lost()
    {
        await using var one = StartIn("east", Config("east"));
        await using var other = StartIn("west", Config("west"));
        await one.UntilReadyAsync();
        await other.UntilReadyAsync();
        for (var i = 0; i < 20; i++)
        {
            Load($"shared-{i}");
            await Task.Delay(100, CancellationToken.None);
        }

        await SyncedCluster.UntilAsync(
            () => RemoteHas("shared-19", "east") && RemoteHas("shared-19", "west"), () => one.Log + other.Log);

        Assert.Equal(Remote.Run("rev-parse", "main:clusters/east/templates"), Remote.Run("rev-parse", "main:clusters/west/templates"));
        Remote.AssertSound();
    }

    [Fact]
    public async Task One_process_keeps_several_clusters_and_one_that_fails_does_not_stop_the_others()
    {
        await using var dead = new TcpFront(Cluster.Sandbox.Address) { IsUnplugged = true };
        await BehindAsync(Cluster.Kubeconfig, "dead", dead.Port);
        await using var sync = SyncProcess.Start(Folder.Path, $$"""
            clusters:
            - {name: prod, kubeconfig: kubeconfig}
            - {name: lost, kubeconfig: dead}
            repository: dr.git
            sync: {settle: 100ms}
            remote: {url: "{{Folder.File("remote.git")}}"}
            """);

        Load("one");
        await UntilRemoteAsync("one", sync);
        await SyncedCluster.UntilAsync(
            () => sync.ReadyAsync().GetAwaiter().GetResult() is (503, var text) && text.Contains("[-]lost failed", StringComparison.Ordinal) && text.Contains("[+]prod ok", StringComparison.Ordinal),
            () => sync.Log);
    }

    [Fact]
    public async Task A_repository_with_what_a_killed_git_left_is_taken_up()
    {
        await using (var sync = Start())
        {
            await sync.UntilReadyAsync();
            Load("one");
            await UntilRemoteAsync("one", sync);
            await sync.KillAsync();
        }

        await File.WriteAllTextAsync(Folder.File("dr.git/refs/heads/main.lock"), "");
        await File.WriteAllTextAsync(Folder.File("dr.git/objects/pack/tmp_pack_half"), "PACK");
        await using var next = Start();
        Load("two");

        await UntilRemoteAsync("two", next);
        await UntilCompleteAsync(next);
    }
}
