using System.Runtime.CompilerServices;
using RunAiDr.Cluster.Http;
using RunAiDr.Cluster.Reading;
using RunAiDr.Core;
using RunAiDr.Core.Export;
using RunAiDr.Core.Sync;

namespace RunAiDr.Cluster.Watching;

/// <summary>Watches a selection over as many connections as it takes.</summary>
internal sealed class ClusterWatch(ApiConnection api, TimeProvider clock, Func<double> chance)
{
    private const int ShortestSeconds = 240;
    private const int LongestSeconds = 480;

    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(30);

    public async IAsyncEnumerable<WatchEvent> WatchAsync(
        ListSelection selection, string revision, [EnumeratorCancellation] CancellationToken ct)
    {
        var course = new WatchCourse(clock, chance);
        while (true)
        {
            course.Begin();
            var (session, end) = await BeginAsync(selection, revision, ct);
            using (session)
            {
                if (session is not null)
                {
                    yield return new WatchEvent(WatchEventKind.Progress, revision);
                    while (await session.NextAsync() is { } happened)
                    {
                        yield return happened;
                    }

                    revision = session.Revision;
                    end = session.End;
                }
            }

            end = course.Judge(end, session);
            if (end.Kind == WatchEndKind.Expired)
            {
                yield return new WatchEvent(WatchEventKind.Expired, revision, Reason: end.Reason);
                yield break;
            }

            if (end.Kind != WatchEndKind.Clean)
            {
                yield return new WatchEvent(WatchEventKind.Interrupted, revision, Reason: end.Reason);
                await course.PauseAsync(end.RetryAfter, ct);
            }
        }
    }

    /// <summary>A session, or why there is none.</summary>
    /// <exception cref="RunAiDrException">The server refuses for good.</exception>
    private async Task<(WatchSession? Session, WatchEnd End)> BeginAsync(ListSelection selection, string revision, CancellationToken ct)
    {
        // Each watch of its own length, so that they do not all begin again at the same time.
        var seconds = ShortestSeconds + (int)((LongestSeconds - ShortestSeconds) * chance());
        var request = new ApiRequest(HttpMethod.Get, ResourcePaths.Watch(selection, revision, seconds))
        {
            Verb = "watch",
            Kind = selection.Kind,
            Namespace = selection.Namespace,
        };
        OpenAnswer answer;
        try
        {
            answer = await api.OpenAsync(request, ct);
        }
        catch (RunAiDrException failure)
        {
            return (null, WatchEnd.Cut(failure.Message));
        }

        if (answer.Refusal is { } refusal)
        {
            return (null, WatchEnd.Of(request, refusal, api.Server) ?? throw ApiFailure.From(request, refusal, api.Server));
        }

        var limit = new WatchLimit(TimeSpan.FromSeconds(seconds) + Margin, api.Timeouts.Idle, clock, ct);
        return (new WatchSession(answer, revision, limit, ct), WatchEnd.Clean);
    }
}
