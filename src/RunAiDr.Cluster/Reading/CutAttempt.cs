using System.Text.Json;
using RunAiDr.Cluster.Http;
using RunAiDr.Cluster.Watching;
using RunAiDr.Core.Export;

namespace RunAiDr.Cluster.Reading;

/// <summary>
/// One try to read all selections at one revision. While the caller works on a page, the next one is on its way into
/// a second buffer.
/// </summary>
internal sealed class CutAttempt(
    ApiConnection api, IReadOnlyList<ListSelection> selections, ListForm form, int attempt, CancellationToken ct) : IAsyncDisposable
{
    private const int MostPages = 10_000; // of one selection: five million resources
    private const long LargestPage = 512 * 1024 * 1024; // 500 resources of etcd's largest size, as JSON

    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
    private readonly HashSet<string> _tokens = new(StringComparer.Ordinal);
    private BodyBuffer _read = new();
    private BodyBuffer _next = new();
    private Task<ListPage?>? _pending;
    private string? _revision;
    private int _selection;
    private bool _started;

    /// <summary>The server has compacted the revision: what was read so far is void.</summary>
    public bool Expired { get; private set; }

    /// <summary>The next page, null at the end or when <see cref="Expired"/>.</summary>
    public async Task<CutPage?> NextAsync()
    {
        if (!_started)
        {
            _started = true;
            _pending = selections.Count == 0 ? null : FetchAsync(null);
        }

        if (_pending is null)
        {
            return null;
        }

        var page = await _pending;
        var selection = selections[_selection];
        if (page is null)
        {
            Expired = true;
            _pending = null;
            return null;
        }

        _revision ??= page.Revision;
        (_read, _next) = (_next, _read);
        FetchBehind(page.Continue);
        return new CutPage(attempt, _revision, selection, page.Items);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_pending is not null)
        {
            // Its outcome no longer matters, but its buffer and connection must be at rest.
            await _pending.ContinueWith(
                static read => read.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        _stop.Dispose();
    }

    private void FetchBehind(string? token)
    {
        if (token is null)
        {
            _tokens.Clear();
            _selection++;
        }

        _pending = _selection < selections.Count ? FetchAsync(token) : null;
    }

    private async Task<ListPage?> FetchAsync(string? token)
    {
        var selection = selections[_selection];
        var request = new ApiRequest(HttpMethod.Get, token is null
            ? ResourcePaths.FirstPage(selection, api.PageSize, _revision)
            : ResourcePaths.NextPage(selection, api.PageSize, token))
        {
            Verb = "list",
            Kind = selection.Kind,
            Namespace = selection.Namespace,
            Accept = form.Accept(),
            LargestAnswer = LargestPage,
        };
        if (token is not null && !_tokens.Add(token))
        {
            throw ApiFailure.Broken(request, api.Server, "the list never ends: the server repeats a continue token");
        }

        if (_tokens.Count >= MostPages)
        {
            throw ApiFailure.Broken(request, api.Server, $"the list never ends: it has more than {MostPages} pages");
        }

        var answer = await api.SendAsync(request, _next, _stop.Token);
        if (!answer.Succeeded && (answer.Status == 410 || answer.ToStatus()?.IsExpired == true))
        {
            return null;
        }

        return answer.Succeeded ? PageOf(request, answer) : throw ApiFailure.From(request, answer, api.Server);
    }

    private ListPage? PageOf(ApiRequest request, ApiAnswer answer)
    {
        if (!answer.IsJson)
        {
            throw ApiFailure.NotAnApiServer(request, answer, api.Server);
        }

        ListPage page;
        try
        {
            page = ListPage.From(answer.Body);
        }
        catch (JsonException)
        {
            throw ApiFailure.Broken(request, api.Server, "the list page is cut off, is not JSON or has too many items");
        }

        if (page.Kind == "Status" && answer.ToStatus()?.IsExpired == true)
        {
            return null;
        }

        if (!page.Kind.EndsWith("List", StringComparison.Ordinal))
        {
            throw ApiFailure.NotAnApiServer(request, answer, api.Server);
        }

        // What measures or sums up, such as the metrics APIs, has no revision; only names are asked for there.
        if (form == ListForm.Metadata && page.Revision.Length == 0)
        {
            return page;
        }

        if (!Revisions.IsSound(page.Revision) || (_revision is not null && page.Revision != _revision))
        {
            throw ApiFailure.Broken(
                request,
                api.Server,
                $"asked for revision {_revision ?? "now"}, the server sent \"{api.Words.Of(page.Revision)}\": no consistent cut");
        }

        return page;
    }
}
