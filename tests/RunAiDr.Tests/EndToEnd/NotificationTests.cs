using RunAiDr.Tests.Cli.Service.Notifications;
using RunAiDr.Tests.Core.Sync;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.EndToEnd;

/// <summary>What somebody on duty hears of <c>runai-dr sync</c>.</summary>
public sealed class NotificationTests : SyncScene
{
    private const string Key = "webhook-key-5d0b77";

    [Fact]
    public async Task A_dangerous_change_is_told_once_signed_and_again_when_it_is_gone()
    {
        await using var server = await ReceivingServer.StartAsync();
        await using var sync = Start(ConfigFor(server));
        await sync.UntilReadyAsync();

        await Cluster.KubectlAsync("-n", "runai-vision", "create", "rolebinding", "wide", "--clusterrole=cluster-admin", "--user=eve");
        var told = await UntilToldAsync(server, sync, 1);
        await Cluster.KubectlAsync("-n", "runai-vision", "delete", "rolebinding", "wide");
        var over = await UntilToldAsync(server, sync, 2);

        Assert.True(told.IsSignedBy(Key));
        Assert.Equal(("dangerous-drift", "firing", "prod"), ((string)told.Json["event"]!, (string)told.Json["state"]!, (string)told.Json["cluster"]!));
        Assert.Equal(
            "namespaces/runai-vision/rolebindings/wide.yaml: binds to cluster-admin", (string)told.Json["details"]!.AsArray().Single()!);
        Assert.Equal(0, Local.Try([], "cat-file", "-e", $"{told.Json["restorePoint"]}^{{commit}}").Code);
        Assert.Equal("resolved", (string)over.Json["state"]!);
        Assert.Contains("runai_dr_notifications_total{outcome=\"sent\",receiver=\"on-call\"} 2", await sync.MetricsAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("canary-path-token", sync.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_guard_stop_is_told_once_across_a_restart_and_again_when_it_is_over()
    {
        await using var server = await ReceivingServer.StartAsync();
        const string Guard = "\ndeletionGuard: {share: 0, count: 0}";
        Load("one");
        await using (var first = Start(ConfigFor(server) + Guard))
        {
            await first.UntilReadyAsync();
            await Cluster.KubectlAsync("-n", "runai", "delete", "configmap", "one");
            await UntilToldAsync(server, first, 1);
            await first.TerminateAsync();
        }

        await using var second = Start(ConfigFor(server) + Guard);
        await UntilReadyzAsync(second, "would");
        await Task.Delay(6_000, CancellationToken.None);
        Load("one");
        var over = await UntilToldAsync(server, second, 2);

        Assert.Equal(["firing", "resolved"], server.Received.Select(sent => (string)sent.Json["state"]!));
        Assert.Equal("guard-stopped", (string)over.Json["event"]!);
    }

    [Fact]
    public async Task A_receiver_that_is_away_delays_no_commit()
    {
        File.WriteAllText(Folder.File("url"), "http://127.0.0.1:1/services/canary-path-token");
        await using var sync = Start(Config(more: "notifications: [{name: on-call, urlFile: url, format: slack}]"));
        await sync.UntilReadyAsync();

        await Cluster.KubectlAsync("-n", "runai-vision", "create", "rolebinding", "wide", "--clusterrole=cluster-admin", "--user=eve");
        Load("one");

        await UntilRemoteAsync("one", sync);
        await UntilCompleteAsync(sync);
        Assert.DoesNotContain("canary-path-token", sync.Log, StringComparison.Ordinal);
    }

    private string ConfigFor(ReceivingServer server)
    {
        File.WriteAllText(Folder.File("webhook-key"), Key);
        return Config(more: $"notifications: [{{name: on-call, url: \"{server.Url}\", secretFile: webhook-key, events: [dangerous-drift, guard-stopped]}}]");
    }

    private static async Task<Received> UntilToldAsync(ReceivingServer server, SyncProcess sync, int count)
    {
        await SyncedCluster.UntilAsync(() => server.Received.Count >= count, () => $"{server.Received.Count} of {count}\n{sync.Log}");
        return server.Received[count - 1];
    }
}
