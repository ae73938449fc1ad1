using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using RunAiDr.Cluster.Http;
using RunAiDr.Cluster.Reading;
using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Writing;

/// <summary>
/// A revision that the server is known to have reached. An applied resource whose own revision is not above the mark
/// of before the apply was not changed by it, so that no resource has to be read first. One that somebody else has
/// changed since the mark counts as changed.
/// </summary>
internal sealed class RevisionMark(ApiConnection api)
{
    private readonly Lock _gate = new();
    private long _highest;
    private Task? _asking;

    public async ValueTask<long> BeforeAsync(Resource resource, CancellationToken ct)
    {
        await AskOnceAsync(resource, ct);
        return Volatile.Read(ref _highest);
    }

    public void Observe(JsonObject resource) => Raise(Of(resource));

    public static long Of(JsonObject resource) => Number(resource.Map("metadata")?.Text("resourceVersion"));

    private Task AskOnceAsync(Resource resource, CancellationToken ct)
    {
        lock (_gate)
        {
            return _asking is null or { IsFaulted: true } or { IsCanceled: true }
                ? _asking = AskAsync(resource, ct)
                : _asking;
        }
    }

    private async Task AskAsync(Resource resource, CancellationToken ct)
    {
        var path = ResourcePaths.FirstPage(new ListSelection(resource.Kind, resource.Namespace), 1, revision: null);
        var request = new ApiRequest(HttpMethod.Get, path) { Verb = "list", Kind = resource.Kind, Namespace = resource.Namespace };
        var answer = await api.SendAsync(request, null, ct);
        if (!answer.Succeeded)
        {
            return; // without the right to list, what stays unchanged is reported as configured
        }

        try
        {
            Raise(Number(ListPage.From(answer.Body).Revision));
        }
        catch (JsonException)
        {
            throw ApiFailure.NotAnApiServer(request, answer, api.Server);
        }
    }

    private void Raise(long revision)
    {
        long seen;
        while (revision > (seen = Volatile.Read(ref _highest)))
        {
            Interlocked.CompareExchange(ref _highest, revision, seen);
        }
    }

    private static long Number(string? revision) =>
        long.TryParse(revision, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
