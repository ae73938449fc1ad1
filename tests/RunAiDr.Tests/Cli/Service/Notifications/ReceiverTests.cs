using Microsoft.AspNetCore.Http;
using RunAiDr.Cli.Configuration;
using RunAiDr.Cli.Service.Notifications;
using RunAiDr.Core.Secrets;
using RunAiDr.Core.Sync;
using RunAiDr.Tests.Cli.Service.Web;
using RunAiDr.Tests.Cluster;
using RunAiDr.Tests.Core.Sync;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Cli.Service.Notifications;

public sealed class ReceiverTests : IDisposable
{
    private const string Key = "canary-webhook-key-93b1";
    private static readonly DateTimeOffset At = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

    private readonly TestDirectory _folder = new();
    private readonly SyncMeters _meters = new();
    private readonly LogLines _log = new();
    private readonly CancellationTokenSource _stop = new();

    public void Dispose()
    {
        _stop.Dispose();
        _meters.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_is_sent_has_the_documented_fields_and_a_signature_over_time_and_body()
    {
        await using var server = await ReceivingServer.StartAsync();
        await File.WriteAllTextAsync(_folder.File("key"), Key + "\n");

        await SendAsync(server, To(server) with { SecretFile = _folder.File("key") }, Stopped with { Details = ["a", "b"], RestorePoint = "4f0c" });

        var sent = server.Received.Single();
        Assert.Equal("application/json", sent.Headers["Content-Type"]);
        Assert.True(sent.IsSignedBy(Key));
        Assert.False((sent with { Body = [.. sent.Body, (byte)' '] }).IsSignedBy(Key));
        Assert.Equal(
            """{"event":"guard-stopped","state":"firing","cluster":"prod","subject":null,"at":"2026-03-04T05:06:07Z","text":"stopped","details":["a","b"],"restorePoint":"4f0c"}""",
            sent.Json.ToJsonString());
    }

    [Fact]
    public async Task For_Slack_it_is_one_text_in_which_no_name_calls_anybody_or_is_a_link()
    {
        await using var server = await ReceivingServer.StartAsync();

        await SendAsync(server, To(server) with { IsSlack = true }, Stopped with { Details = ["<!channel> <https://evil|here> @here & \u001b[31m"] });

        Assert.Equal(
            "prod: stopped\n• &lt;!channel&gt; &lt;https://evil|here&gt; @\u200bhere &amp; \\u{1b}[31m", (string)server.Received.Single().Json["text"]!);
        Assert.Single(server.Received.Single().Json.AsObject());
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task What_may_pass_is_tried_again_and_arrives_once(int code)
    {
        await using var server = await ReceivingServer.StartAsync();
        server.Answer = (request, response) =>
        {
            response.Headers.RetryAfter = "1";
            return request < 3 ? code : StatusCodes.Status204NoContent;
        };

        await SendAsync(server, To(server), Stopped);

        Assert.Equal(3, server.Received.Count);
        Assert.Contains("told on-call of guard-stopped", _log.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(302)]
    public async Task A_refusal_or_a_redirect_is_final_and_the_next_one_goes_on(int code)
    {
        await using var server = await ReceivingServer.StartAsync();
        server.Answer = (request, response) =>
        {
            response.Headers.Location = "/elsewhere";
            return request == 1 ? code : StatusCodes.Status200OK;
        };

        await SendAsync(server, To(server), Stopped, Stopped with { IsOver = true });

        Assert.Equal(["firing", "resolved"], server.Received.Select(sent => (string)sent.Json["state"]!));
        Assert.Contains($"on-call was not told of guard-stopped: it answered {code}", _log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Neither_the_address_nor_the_key_is_told_when_nobody_listens()
    {
        await File.WriteAllTextAsync(_folder.File("url"), "http://127.0.0.1:1/services/canary-path-token\n");
        await File.WriteAllTextAsync(_folder.File("key"), Key);
        var webhook = new Webhook(
            new NotificationConfig("on-call") { UrlFile = _folder.File("url"), SecretFile = _folder.File("key") }, TimeProvider.System);

        var delivery = await webhook.SendAsync(Stopped, _stop.Token);

        Assert.True(delivery.IsPassing);
        Assert.Contains("127.0.0.1", delivery.Failure, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", delivery.Failure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://alerts.example.org/canary")]
    [InlineData("https://me:canary@alerts.example.org/")]
    [InlineData("canary")]
    public async Task A_file_with_another_address_is_refused_without_showing_it(string address)
    {
        await File.WriteAllTextAsync(_folder.File("url"), address);
        var webhook = new Webhook(new NotificationConfig("on-call") { UrlFile = _folder.File("url") }, TimeProvider.System);

        var delivery = await webhook.SendAsync(Stopped, _stop.Token);

        Assert.Contains("not an https address", delivery.Failure, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", delivery.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_sent_with_a_key_that_is_empty()
    {
        await using var server = await ReceivingServer.StartAsync();
        await File.WriteAllTextAsync(_folder.File("key"), "\n");

        var delivery = await new Webhook(To(server) with { SecretFile = _folder.File("key") }, TimeProvider.System).SendAsync(Stopped, _stop.Token);

        Assert.Contains("holds no key", delivery.Failure, StringComparison.Ordinal);
        Assert.Empty(server.Received);
    }

    [Fact]
    public async Task A_certificate_is_verified_by_the_authorities_of_the_file()
    {
        var authority = new TestAuthority();
        await using var server = await ReceivingServer.StartAsync(authority.Issue("localhost"));
        await File.WriteAllTextAsync(_folder.File("ca.pem"), authority.Pem);
        await File.WriteAllTextAsync(_folder.File("other.pem"), new TestAuthority("other").Pem);

        var unknown = await new Webhook(To(server), TimeProvider.System).SendAsync(Stopped, _stop.Token);
        var wrong = await new Webhook(To(server) with { CaFile = _folder.File("other.pem") }, TimeProvider.System).SendAsync(Stopped, _stop.Token);
        var right = await new Webhook(To(server) with { CaFile = _folder.File("ca.pem") }, TimeProvider.System).SendAsync(Stopped, _stop.Token);

        Assert.NotNull(unknown.Failure);
        Assert.NotNull(wrong.Failure);
        Assert.Null(right.Failure);
        Assert.Single(server.Received);
    }

    [Fact]
    public async Task Of_a_hundred_and_more_that_wait_the_oldest_go()
    {
        await using var server = await ReceivingServer.StartAsync();
        var receiver = new Receiver(To(server), new FastClock(20), _meters, _log);

        for (var i = 0; i < 103; i++)
        {
            receiver.Take(Stopped with { Cluster = $"c-{i}" });
        }

        var running = receiver.RunAsync(_stop.Token);
        await SyncedCluster.UntilAsync(() => server.Received.Count == 100, () => _log.Text);
        await StopAsync(running);

        Assert.Equal("c-3", (string)server.Received[0].Json["cluster"]!);
        Assert.Contains("c-0: on-call was not told of guard-stopped: too many were waiting", _log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_events_that_were_asked_for_are_sent()
    {
        await using var server = await ReceivingServer.StartAsync();
        var config = To(server) with { Events = [NotificationEvent.RehearsalFailed] };

        await SendAsync(server, config, Stopped, Stopped with { Event = NotificationEvent.RehearsalFailed });

        Assert.Equal([NotificationEvent.RehearsalFailed], server.Received.Select(sent => (string)sent.Json["event"]!));
    }

    [Fact]
    public void Pauses_grow_to_minutes_and_are_never_shorter_than_asked_for()
    {
        Assert.Equal([1, 2, 4, 300], new[] { 1, 2, 3, 12 }.Select(attempt => (int)Receiver.PauseAfter(attempt, null).TotalSeconds));
        Assert.Equal(TimeSpan.FromSeconds(60), Receiver.PauseAfter(1, TimeSpan.FromSeconds(60)));
        Assert.Equal(TimeSpan.FromSeconds(4), Receiver.PauseAfter(3, TimeSpan.FromSeconds(-5)));
        Assert.Equal(TimeSpan.FromMinutes(15), Receiver.PauseAfter(1, TimeSpan.FromDays(2)));
    }

    private static Notification Stopped { get; } = new(NotificationEvent.GuardStopped, false, "prod", null, At, "stopped");

    private static NotificationConfig To(ReceivingServer server) => new("on-call") { Url = new SecretText(server.Url.ToString()) };

    /// <summary>Sends them, and waits until each was sent or given up.</summary>
    private async Task SendAsync(ReceivingServer server, NotificationConfig config, params Notification[] notifications)
    {
        var receiver = new Receiver(config, new FastClock(20), _meters, _log);
        var running = receiver.RunAsync(_stop.Token);
        Array.ForEach(notifications, receiver.Take);
        var wanted = notifications.Count(notification => config.Events.Contains(notification.Event));
        await SyncedCluster.UntilAsync(
            () => _log.Text.Split('\n').Count(line => line.StartsWith("502", StringComparison.Ordinal)) == wanted, () => $"{server.Received.Count} received; {_log.Text}");
        await StopAsync(running);
        Assert.DoesNotContain("canary", _log.Text, StringComparison.Ordinal);
    }

    private async Task StopAsync(Task running)
    {
        await _stop.CancelAsync();
        await running;
    }
}
