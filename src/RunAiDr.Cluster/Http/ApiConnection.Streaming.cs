using RunAiDr.Cluster.Connections;
using RunAiDr.Core;

namespace RunAiDr.Cluster.Http;

internal sealed partial class ApiConnection
{
    private const long LongestRefusal = 4 * 1024 * 1024; // it may quote the whole of what was sent, and a login page may never end

    /// <summary>
    /// Asks for an answer whose body goes on for long: only its headers, or the whole of a refusal, must come in time.
    /// Sent once: the caller decides about another try.
    /// </summary>
    /// <exception cref="RunAiDrException">The server cannot be reached or the credential cannot be had.</exception>
    public async Task<OpenAnswer> OpenAsync(ApiRequest request, CancellationToken ct)
    {
        try
        {
            var answer = await OpenAsAsync(await _connection.Credentials.GetAsync(refused: false, ct), request, ct);
            return answer.Refusal is { Status: 401 } && _connection.Credentials.Renews
                ? await OpenAsAsync(await _connection.Credentials.GetAsync(refused: true, ct), request, ct)
                : answer;
        }
        catch (Exception failure) when (ApiFailure.IsOfTransport(failure))
        {
            throw ApiFailure.From(request, failure, Server, _trust.Refusal);
        }
    }

    private async Task<OpenAnswer> OpenAsAsync(Credential credential, ApiRequest request, CancellationToken ct)
    {
        Use(credential);
        using var message = MessageFor(request, credential);
        using var limit = new RequestLimit(_connection.Timeouts, _clock, ct);
        try
        {
            var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            var buffer = new BodyBuffer();
            if (AnswerOf(response, buffer) is { Succeeded: true, IsJson: true })
            {
                return new OpenAnswer(response, await response.Content.ReadAsStreamAsync(ct), null) { Words = _words };
            }

            using (response)
            {
                await ReadBodyAsync(response.Content, buffer, limit, LongestRefusal);
                return new OpenAnswer(null, Stream.Null, AnswerOf(response, buffer)) { Words = _words };
            }
        }
        catch (OperationCanceledException stopped) when (!ct.IsCancellationRequested)
        {
            throw limit.Elapsed(stopped);
        }
    }
}

/// <summary>An answer that has begun: a JSON <paramref name="Body"/> to read on, or a whole <paramref name="Refusal"/>.</summary>
internal sealed record OpenAnswer(HttpResponseMessage? Response, Stream Body, ApiAnswer? Refusal) : IDisposable
{
    public required ServerWords Words { get; init; }

    public void Dispose() => Response?.Dispose();
}
