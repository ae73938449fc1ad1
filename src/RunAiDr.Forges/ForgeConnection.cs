using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using RunAiDr.Core;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Secrets;

namespace RunAiDr.Forges;

/// <summary>Sends requests to the API of a forge, and has the patience that it asks for.</summary>
internal sealed class ForgeConnection(ForgeOptions options, TimeProvider clock) : IDisposable
{
    private const int Attempts = 3;
    private const int MostPages = 20;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    // Who waits longer holds up others; the next call comes anyway.
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(20);

    // What GitHub wants at least where it names no time.
    private static readonly TimeSpan UnnamedPause = TimeSpan.FromMinutes(1);

    // No rate limit is that long: the clock of the forge, or of a proxy before it, is wrong.
    private static readonly TimeSpan LongestBan = TimeSpan.FromHours(2);

    private readonly HttpClient _client = ForgeTransport.ClientFor(options);
    private readonly string _api = ForgeTransport.ApiOf(options);
    private readonly ForgeFault _fault = new(options);

    /// <summary>The first entry of a list that fits, page by page.</summary>
    /// <param name="path">With a query where the list has pages: the page is added to it.</param>
    /// <param name="fits">Which entry is wanted.</param>
    /// <param name="ct">Ends the search.</param>
    public async Task<JsonObject?> FirstAsync(string path, Func<JsonObject, bool> fits, CancellationToken ct)
    {
        for (var page = 1; page <= MostPages; page++)
        {
            // The pages are counted here: a link could lead the token elsewhere.
            var answer = await SendAsync(HttpMethod.Get, page == 1 ? path : $"{path}&page={page}", null, ct);
            var entries = answer.Body as JsonArray ?? throw _fault.Nonsense();
            if (entries.OfType<JsonObject>().FirstOrDefault(fits) is { } found)
            {
                return found;
            }

            if (!answer.HasNextPage)
            {
                return null;
            }
        }

        return null;
    }

    /// <summary>Whether an entry of a list has these words in its body.</summary>
    public async Task<bool> HasBodyAsync(string path, string words, CancellationToken ct) =>
        await FirstAsync(path, entry => entry.Text("body")?.Contains(words, StringComparison.Ordinal) == true, ct) is not null;

    /// <summary>Sends a change and gives what the forge made of it.</summary>
    public async Task<JsonObject> ChangeAsync(HttpMethod method, string path, JsonObject body, CancellationToken ct) =>
        (await SendAsync(method, path, body, ct)).Body as JsonObject ?? throw _fault.Nonsense();

    /// <summary>As <see cref="ChangeAsync"/>; null where the forge has it already.</summary>
    public async Task<JsonObject?> CreateAsync(string path, JsonObject body, Func<Task<bool>> isThere, CancellationToken ct)
    {
        var answer = await TryAsync(HttpMethod.Post, path, body, ct);
        if (answer.IsSuccess)
        {
            return answer.Body as JsonObject ?? throw _fault.Nonsense();
        }

        return (int)answer.Status is 409 or 422 && await isThere() ? null : throw _fault.Of(answer, options.Token());
    }

    /// <summary>What an answer must have.</summary>
    public T Expected<T>(Func<T?> read)
        where T : class
    {
        try
        {
            return read() ?? throw _fault.Nonsense();
        }
        catch (Exception failure) when (failure is InvalidOperationException or FormatException or UriFormatException)
        {
            throw _fault.Nonsense();
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<ForgeAnswer> SendAsync(HttpMethod method, string path, JsonObject? body, CancellationToken ct)
    {
        var answer = await TryAsync(method, path, body, ct);
        return answer.IsSuccess ? answer : throw _fault.Of(answer, options.Token());
    }

    private async Task<ForgeAnswer> TryAsync(HttpMethod method, string path, JsonObject? body, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (clock.GetUtcNow() < options.Limit.NotBefore)
            {
                throw _fault.Limited(options.Limit.NotBefore);
            }

            var answer = await OnceAsync(method, path, body, ct);
            if (!answer.IsLimited && !(answer.IsPassing && method != HttpMethod.Post))
            {
                return answer;
            }

            var pause = answer.Pause ?? (answer.IsLimited ? UnnamedPause : FirstPause * Math.Pow(2, attempt));
            if (answer.IsLimited && (pause > LongestPause || attempt == Attempts))
            {
                options.Limit.NotBefore = clock.GetUtcNow() + (pause < LongestBan ? pause : LongestBan);
                throw _fault.Limited(options.Limit.NotBefore);
            }

            if (attempt == Attempts || pause > LongestPause)
            {
                return answer;
            }

            await Task.Delay(pause, clock, ct);
        }
    }

    private async Task<ForgeAnswer> OnceAsync(HttpMethod method, string path, JsonObject? body, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(options.Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        using var request = new HttpRequestMessage(method, _api + path);
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }

        Authorize(request.Headers, options.Token());
        try
        {
            using var response = await _client.SendAsync(request, either.Token);
            return await ForgeAnswer.ReadAsync(response, clock.GetUtcNow(), either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw _fault.Silent();
        }
        catch (HttpRequestException failure)
        {
            throw _fault.Unreachable(failure);
        }
    }

    private void Authorize(HttpRequestHeaders headers, SecretText token)
    {
        var secret = token.Reveal().Trim();
        if (secret.Length == 0 || secret.Any(letter => letter is <= ' ' or > '~'))
        {
            throw new RunAiDrException(Fault.Configuration, "The token of the forge is empty or has characters that no token has.", "Correct the file of review.tokenFile.");
        }

        switch (options.Kind)
        {
            case ForgeKind.GitHub:
                headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
                headers.Accept.ParseAdd("application/vnd.github+json");
                headers.Add("X-GitHub-Api-Version", "2022-11-28");
                break;
            case ForgeKind.GitLab:
                headers.Add("PRIVATE-TOKEN", secret);
                break;
            default:
                headers.Authorization = new AuthenticationHeaderValue("token", secret);
                break;
        }
    }
}
