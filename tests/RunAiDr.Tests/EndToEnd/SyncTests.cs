using System.Text.Json.Nodes;
using RunAiDr.Tests.Core.Sync;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.EndToEnd;

/// <summary><c>runai-dr sync</c> as a process: what an operator and a kubelet see of it, and what it survives.</summary>
#pragma warning disable CA1001 // xunit calls DisposeAsync.
public sealed class SyncTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private readonly TestDirectory _folder = new();
    private EndToEndCluster _cluster = null!;
    private TcpFront _front = null!;
    private GitProgram _remote = null!;

    public async Task InitializeAsync()
    {
        _cluster = await EndToEndCluster.SampleAsync();
        _front = new TcpFront(_cluster.Sandbox.Address);
        var kubeconfig = await File.ReadAllTextAsync(_cluster.Kubeconfig);
        await File.WriteAllTextAsync(
            _folder.File("kubeconfig"), kubeconfig.Replace($":{_cluster.Sandbox.Address.Port}", $":{_front.Port}", StringComparison.Ordinal));
        new GitProgram(_folder.Path).Run("init", "--quiet", "--bare", "--initial-branch", "main", "remote.git");
        _remote = new GitProgram(_folder.File("remote.git"));
    }

    public async Task DisposeAsync()
    {
        await _front.DisposeAsync();
        await _cluster.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_change_reaches_the_remote_and_a_stop_takes_the_last_one_along()
    {
        await using var sync = Start();
        await sync.UntilReadyAsync();

        Load("one");
        await UntilRemoteAsync("one", sync);
        Load("two", settle: 0);
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
        Assert.Equal(200, (await first.ReadyAsync()).Code);
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
        _front.CutAfter = 200_000;
        await using var sync = Start();
        var random = new Random(5);
        for (var i = 0; i < 150; i++)
        {
            Storm(random);
            await Task.Delay(20, CancellationToken.None);
            if (i % 25 == 24)
            {
                _front.Cut();
            }

            if (i % 50 == 49)
            {
                _cluster.Sandbox.Compact();
            }
        }

        _front.CutAfter = 0;
        Load("last");
        await UntilRemoteAsync("last", sync);
        await UntilCompleteAsync(sync);
    }

    [Fact]
    public async Task An_api_server_that_goes_away_is_told_and_waited_for()
    {
        await using var sync = Start();
        await sync.UntilReadyAsync();

        _front.IsUnplugged = true;
        _front.Cut();
        Load("unseen");
        _cluster.Sandbox.Compact();
        await Task.Delay(1500, CancellationToken.None);
        Assert.DoesNotContain(_remote.Run("log", "--format=%s", "main"), "delete", StringComparison.Ordinal);
        _front.IsUnplugged = false;

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
        var hook = _folder.File("remote.git/hooks/pre-receive");
        await File.WriteAllTextAsync(hook, "#!/bin/sh\necho protected >&2\nexit 1\n");
        await EndToEndPrograms.RunAsync(_folder.Path, new Dictionary<string, string>(StringComparer.Ordinal), "chmod", "+x", hook);

        Load("refused");
        await SyncedCluster.UntilAsync(() => sync.ReadyAsync().GetAwaiter().GetResult().Text.Contains("[-]remote behind by 1 commits", StringComparison.Ordinal), () => sync.Log);
        File.Delete(hook);

        await UntilRemoteAsync("refused", sync);
        await UntilCompleteAsync(sync);
    }

    [Fact]
    public async Task Two_clusters_of_two_writers_share_one_remote_and_nobodys_files_are_lost()
    {
        var (east, west) = (_folder.File("east"), _folder.File("west"));
        Directory.CreateDirectory(east);
        Directory.CreateDirectory(west);
        await using var one = SyncProcess.Start(east, Config("east", "dr.git"));
        await using var other = SyncProcess.Start(west, Config("west", "dr.git"));
        await one.UntilReadyAsync();
        await other.UntilReadyAsync();
        for (var i = 0; i < 20; i++)
        {
            Load($"shared-{i}");
            await Task.Delay(100, CancellationToken.None);
        }

        await SyncedCluster.UntilAsync(
            () => RemoteHas("shared-19", "east") && RemoteHas("shared-19", "west"), () => one.Log + other.Log);

        Assert.Equal(_remote.Run("rev-parse", "main:clusters/east/templates"), _remote.Run("rev-parse", "main:clusters/west/templates"));
        _remote.AssertSound();
    }

    [Fact]
    public async Task One_process_keeps_several_clusters_and_one_that_fails_does_not_stop_the_others()
    {
        await using var dead = new TcpFront(_cluster.Sandbox.Address) { IsUnplugged = true };
        var kubeconfig = await File.ReadAllTextAsync(_cluster.Kubeconfig);
        await File.WriteAllTextAsync(
            _folder.File("dead"), kubeconfig.Replace($":{_cluster.Sandbox.Address.Port}", $":{dead.Port}", StringComparison.Ordinal));
        await using var sync = SyncProcess.Start(_folder.Path, $$"""
            clusters:
            - {name: prod, kubeconfig: kubeconfig}
            - {name: lost, kubeconfig: dead}
            repository: dr.git
            sync: {settle: 100ms}
            remote: {url: "{{_folder.File("remote.git")}}"}
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

        await File.WriteAllTextAsync(_folder.File("dr.git/refs/heads/main.lock"), "");
        await File.WriteAllTextAsync(_folder.File("dr.git/objects/pack/tmp_pack_half"), "PACK");
        await using var next = Start();
        Load("two");

        await UntilRemoteAsync("two", next);
        await UntilCompleteAsync(next);
    }

    private static string TemplatePath(string name) => $"templates/{name}.yaml";

    private string Config(string cluster, string repository) => $$"""
        cluster: {{cluster}}
        kubeconfig: "{{_folder.File("kubeconfig")}}"
        repository: "{{repository}}"
        sync: {settle: 100ms}
        remote: {url: "{{_folder.File("remote.git")}}"}
        """;

    private SyncProcess Start() => SyncProcess.Start(_folder.Path, Config("prod", "dr.git"));

    private void Load(string name, int settle = 1)
    {
        var template = Given.ConfigMap("runai", name, $"value {settle}");
        template.Metadata["labels"] = new JsonObject { ["runai/template"] = "true" };
        _cluster.Sandbox.Load(template.Body);
    }

    private void Storm(Random random)
    {
        var template = Given.ConfigMap("runai", $"storm-{random.Next(40)}", $"value {random.Next()}");
        template.Metadata["labels"] = new JsonObject { ["runai/template"] = random.Next(4) == 0 ? "false" : "true" };
        _cluster.Sandbox.Load(template.Body);
        _cluster.Sandbox.Load(Given.Binding("runai-vision", $"storm-{random.Next(10)}", "view", $"user-{random.Next()}").Body);
    }

    private bool RemoteHas(string name, string cluster = "prod") =>
        _remote.Try([], "cat-file", "-e", $"main:clusters/{cluster}/{TemplatePath(name)}").Code == 0;

    private Task UntilRemoteAsync(string name, SyncProcess sync) =>
        SyncedCluster.UntilAsync(() => RemoteHas(name), () => $"{name} did not arrive\n{sync.Log}");

    /// <summary>Waits until a full export of the cluster finds nothing that the remote lacks.</summary>
    private async Task UntilCompleteAsync(SyncProcess sync)
    {
        using var check = new TestDirectory();
        var dr = Processes.At(check.Path);
        new GitProgram(check.Path).Run("clone", "--quiet", "--bare", _folder.File("remote.git"), "dr.git");
        var git = new GitProgram(check.File("dr.git"));
        await File.WriteAllTextAsync(check.File("runai-dr.yaml"), $"cluster: prod\nrepository: dr.git\nkubeconfig: {_cluster.Kubeconfig}\n");
        Ended drift;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(40));
        do
        {
            await Task.Delay(200, CancellationToken.None);
            git.Run("fetch", "--quiet", "origin", "+main:main");
            drift = await dr.RunAsync("drift", "--exit-code");
        }
        while (drift.Code != 0 && !limit.IsCancellationRequested);

        Assert.True(drift.Code == 0, $"{drift.Output}{drift.Error}\n{sync.Log}");
        AssertComplete();
    }

    /// <summary>The history is one line of sound commits, and both sides have it.</summary>
    private void AssertComplete()
    {
        var local = new GitProgram(_folder.File("dr.git"));
        local.AssertSound();
        _remote.AssertSound();
        Assert.Empty(_remote.Lines("rev-list", "--min-parents=2", "main"));
    }
}
