using RunAiDr.Cluster.Http;

namespace RunAiDr.Cluster.Watching;

internal enum WatchEndKind
{
    /// <summary>The server ended the watch as it said it would.</summary>
    Clean,

    /// <summary>The watch is to be tried again after a pause.</summary>
    Cut,

    /// <summary>As <see cref="Cut"/>, by an error that the server sent as an event.</summary>
    Failed,

    Expired,
}

/// <summary>How one connection of a watch ended.</summary>
internal sealed record WatchEnd(WatchEndKind Kind, string Reason, TimeSpan? RetryAfter = null)
{
    public static WatchEnd Clean { get; } = new(WatchEndKind.Clean, "the server ended the watch at once");

    public static WatchEnd Cut(string reason) => new(WatchEndKind.Cut, reason);

    /// <summary>Of a watch that did not begin. Null: trying again would not help.</summary>
    public static WatchEnd? Of(ApiRequest request, ApiAnswer refusal, Uri server)
    {
        var status = refusal.ToStatus();
        if (refusal.Status == 410 || status?.IsExpired == true)
        {
            return new WatchEnd(WatchEndKind.Expired, $"{status?.Message ?? "too old"} (410)");
        }

        var mistake = refusal.Status is 401 or 403 or 404 or 405 || (refusal.Status is 400 or 415 or 422 && status is not null);
        return mistake ? null : new WatchEnd(WatchEndKind.Cut, ApiFailure.From(request, refusal, server).Message, refusal.RetryAfter);
    }

    /// <summary>Of an ERROR event.</summary>
    public static WatchEnd Of(StatusBody? status) => status switch
    {
        null => Cut("the server sent an error that is no Status"),
        { IsExpired: true } => new WatchEnd(WatchEndKind.Expired, $"{status.Message} ({status.Code})"),
        _ => new WatchEnd(WatchEndKind.Failed, $"the server ended the watch: {status.Code} {status.Reason}: {status.Message}"),
    };
}
