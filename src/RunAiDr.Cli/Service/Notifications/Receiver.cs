using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using RunAiDr.Cli.Configuration;
using RunAiDr.Core.Sync;

namespace RunAiDr.Cli.Service.Notifications;

/// <summary>Brings notifications to one receiver in their order. While it does not answer they wait, the newest of them.</summary>
internal sealed class Receiver
{
    private const string Sent = "sent";
    private const string Failed = "failed";
    private const string Dropped = "dropped";
    private const int MostWaiting = 100;
    private const int MostAttempts = 12;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(15);

    private readonly NotificationConfig _config;
    private readonly Webhook _webhook;
    private readonly TimeProvider _clock;
    private readonly SyncMeters _meters;
    private readonly ILogger _log;
    private readonly Channel<Notification> _waiting;

    public Receiver(NotificationConfig config, TimeProvider clock, SyncMeters meters, ILogger log)
    {
        (_config, _webhook, _clock, _meters, _log) = (config, new Webhook(config, clock), clock, meters, log);
        _waiting = Channel.CreateBounded<Notification>(
            new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest },
            dropped => Lost(dropped, Dropped, "too many were waiting"));
        Array.ForEach([Sent, Failed, Dropped], outcome => meters.Notified(config.Name, outcome, 0));
    }

    /// <summary>Never waits.</summary>
    public void Take(Notification notification)
    {
        if (_config.Events.Contains(notification.Event, StringComparer.Ordinal))
        {
            _waiting.Writer.TryWrite(notification);
        }
    }

    /// <summary>Runs until it is cancelled; what waits then is lost.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            await foreach (var notification in _waiting.Reader.ReadAllAsync(ct))
            {
                await DeliverAsync(notification, ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    private async Task DeliverAsync(Notification notification, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            var delivery = await _webhook.SendAsync(notification, ct);
            if (delivery.Failure is not { } failure)
            {
                _meters.Notified(_config.Name, Sent, 1);
                _log.NotificationSent(notification.Cluster, notification.Event, _config.Name);
                return;
            }

            if (!delivery.IsPassing || attempt == MostAttempts)
            {
                Lost(notification, Failed, failure);
                return;
            }

            await Task.Delay(PauseAfter(attempt, delivery.RetryAfter), _clock, ct);
        }
    }

    internal static TimeSpan PauseAfter(int attempt, TimeSpan? asked)
    {
        var pause = FirstPause * Math.Pow(2, attempt - 1);
        pause = pause < LongestPause ? pause : LongestPause;
        return asked is { } wanted && wanted > pause ? (wanted < LongestRetryAfter ? wanted : LongestRetryAfter) : pause;
    }

    private void Lost(Notification notification, string outcome, string why)
    {
        _meters.Notified(_config.Name, outcome, 1);
        _log.NotificationLost(notification.Cluster, notification.Event, _config.Name, why);
    }
}
