using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace RunAiDr.Tests.Browser;

/// <summary>A page, and what went wrong on it without anybody seeing.</summary>
internal sealed class WatchedPage : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _complaints = new();
    private Uri? _origin;

    public WatchedPage(IPage page)
    {
        Page = page;
        page.Console += (_, message) => Complain(message.Type is "error" or "warning", message.Text);
        page.PageError += (_, error) => Complain(true, error);
        page.Request += (_, request) => Complain(IsForeign(request.Url), $"asks for {request.Url}");
        page.RequestFailed += (_, request) => Complain(!IsStream(request.Url), $"{request.Url}: {request.Failure}");
        page.Response += (_, response) => Complain(response.Status >= 400, $"{response.Url}: {response.Status}");
    }

    public IPage Page { get; }

    public IEnumerable<string> Complaints => _complaints;

    public async Task GoAsync(Uri address)
    {
        _origin = address;
        await Page.GotoAsync(address.AbsoluteUri);
    }

    public async ValueTask DisposeAsync() => await Page.Context.DisposeAsync();

    // Leaving a page ends its events.
    private static bool IsStream(string url) => url.EndsWith("/events", StringComparison.Ordinal);

    private bool IsForeign(string url) => _origin switch
    {
        null => false,
        { IsFile: true } => url != _origin.AbsoluteUri,
        _ => !url.StartsWith(_origin.GetLeftPart(UriPartial.Authority) + "/", StringComparison.Ordinal) && !url.StartsWith("data:", StringComparison.Ordinal),
    };

    private void Complain(bool isWrong, string what)
    {
        if (isWrong)
        {
            _complaints.Enqueue($"{_origin}: {what}");
        }
    }
}
