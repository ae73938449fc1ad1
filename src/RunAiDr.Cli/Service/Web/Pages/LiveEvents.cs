using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace RunAiDr.Cli.Service.Web.Pages;

/// <summary>Tells browsers that the pages have something new to say, as server-sent events.</summary>
internal sealed class LiveEvents(StateVersion version, TimeProvider clock, CancellationToken stopping)
{
    private const int MostListeners = 64;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private int _listeners;

    public void Map(IEndpointRouteBuilder web) =>
        web.MapMethods("/events", [HttpMethods.Get, HttpMethods.Head], ListenAsync);

    private async Task ListenAsync(HttpContext http)
    {
        if (HttpMethods.IsHead(http.Request.Method))
        {
            http.Response.ContentType = "text/event-stream";
            return;
        }

        try
        {
            if (Interlocked.Increment(ref _listeners) > MostListeners)
            {
                await Refusal.TellAsync(http, StatusCodes.Status503ServiceUnavailable, "too many listen already");
                return;
            }

            using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
            await TypedResults.ServerSentEvents(EventsAsync(end.Token)).ExecuteAsync(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested || stopping.IsCancellationRequested)
        {
            // The reader is gone, or the service stops.
        }
        finally
        {
            Interlocked.Decrement(ref _listeners);
        }
    }

    private async IAsyncEnumerable<SseItem<string>> EventsAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var told = "";
        var toldAt = clock.GetTimestamp();
        while (true)
        {
            var now = version.Now();
            if (now != told || clock.GetElapsedTime(toldAt) >= Heartbeat)
            {
                yield return new SseItem<string>(now, now == told ? "heartbeat" : "state") { EventId = now };
                (told, toldAt) = (now, clock.GetTimestamp());
            }

            await Task.Delay(Look, clock, ct);
        }
    }
}
