using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Polly;
using RunAiDr.Cluster.Connections;
using RunAiDr.Core;

namespace RunAiDr.Cluster.Http;

/// <summary>Sends requests to one API server, with credentials, time limits and retries, and reads whole answers.</summary>
internal sealed partial class ApiConnection : IDisposable
{
    private readonly ClusterConnection _connection;
    private readonly TimeProvider _clock;
    private readonly ServerTrust _trust;
    private readonly ServerWords _words = new();
    private readonly ClientCertificate _clientCertificate = new();
    private readonly HttpClient _http;
    private readonly ResiliencePipeline<ApiAnswer> _repeatable;
    private readonly ResiliencePipeline<ApiAnswer> _unrepeatable;

    public ApiConnection(ClusterConnection connection, TimeProvider clock, Func<double> chance)
    {
        _connection = connection;
        _clock = clock;
        _trust = new ServerTrust(connection.Authorities, clock);
        _http = new HttpClient(Transport.For(connection, _trust, _clientCertificate))
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _repeatable = Retries.Pipeline(repeatable: true, clock, chance);
        _unrepeatable = Retries.Pipeline(repeatable: false, clock, chance);
    }

    public Uri Server => _connection.Server;

    public int PageSize => _connection.PageSize;

    public ClusterTimeouts Timeouts => _connection.Timeouts;

    /// <summary>For what this server says outside of its answers.</summary>
    public ServerWords Words => _words;

    /// <summary>The answer, whatever its status, after the retries it deserves.</summary>
    /// <param name="request">What to ask.</param>
    /// <param name="into">Where the body goes; null allocates.</param>
    /// <param name="ct">Ends the request.</param>
    /// <exception cref="RunAiDrException">The server cannot be reached or the credential cannot be had.</exception>
    public async Task<ApiAnswer> SendAsync(ApiRequest request, BodyBuffer? into, CancellationToken ct)
    {
        var pipeline = request.Repeatable ? _repeatable : _unrepeatable;
        var buffer = into ?? new BodyBuffer();
        try
        {
            return await pipeline.ExecuteAsync(async token => await SendOnceAsync(request, buffer, token), ct);
        }
        catch (Exception failure) when (ApiFailure.IsOfTransport(failure))
        {
            throw ApiFailure.From(request, failure, Server, _trust.Refusal);
        }
    }

    /// <summary>As <see cref="SendAsync"/>, for a request of which only success is expected.</summary>
    /// <exception cref="RunAiDrException">The server cannot be reached or refuses.</exception>
    public async Task<ApiAnswer> DemandAsync(ApiRequest request, BodyBuffer? into, CancellationToken ct) =>
        Demanded(request, await SendAsync(request, into, ct));

    /// <summary>As <see cref="DemandAsync"/>, of an answer that is there already.</summary>
    public ApiAnswer Demanded(ApiRequest request, ApiAnswer answer)
    {
        if (!answer.Succeeded)
        {
            throw ApiFailure.From(request, answer, Server);
        }

        return answer.IsJson ? answer : throw ApiFailure.NotAnApiServer(request, answer, Server);
    }

    /// <summary>The JSON object that answers a request of which only success is expected.</summary>
    /// <exception cref="RunAiDrException">The server cannot be reached, refuses, or sends no JSON object.</exception>
    public async Task<JsonObject> ObjectAsync(ApiRequest request, CancellationToken ct) =>
        ObjectOf(request, await SendAsync(request, null, ct));

    /// <summary>As <see cref="ObjectAsync"/>, of an answer that is there already.</summary>
    public JsonObject ObjectOf(ApiRequest request, ApiAnswer answer)
    {
        try
        {
            return Demanded(request, answer).ToObject();
        }
        catch (JsonException)
        {
            throw ApiFailure.Broken(request, Server, "the answer is cut off or is not JSON");
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<ApiAnswer> SendOnceAsync(ApiRequest request, BodyBuffer buffer, CancellationToken ct)
    {
        var answer = await SendAsAsync(await _connection.Credentials.GetAsync(refused: false, ct), request, buffer, ct);
        if (answer.Status != 401 || !_connection.Credentials.Renews)
        {
            return answer;
        }

        var renewed = await _connection.Credentials.GetAsync(refused: true, ct);
        return await SendAsAsync(renewed, request, buffer, ct);
    }

    private async Task<ApiAnswer> SendAsAsync(
        Credential credential, ApiRequest request, BodyBuffer buffer, CancellationToken ct)
    {
        Use(credential);
        using var message = MessageFor(request, credential);
        using var limit = new RequestLimit(_connection.Timeouts, _clock, ct);
        try
        {
            using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            var most = response.IsSuccessStatusCode ? request.LargestAnswer : LongestRefusal;
            var whole = await ReadBodyAsync(response.Content, buffer, limit, most);
            return whole || !response.IsSuccessStatusCode ? AnswerOf(response, buffer) : throw ApiFailure.TooLarge(request, Server);
        }
        catch (OperationCanceledException stopped) when (!ct.IsCancellationRequested)
        {
            throw limit.Elapsed(stopped);
        }
    }

    private void Use(Credential credential)
    {
        _clientCertificate.Use(credential.Chain);
        _words.Remember(credential);
    }

    private HttpRequestMessage MessageFor(ApiRequest request, Credential credential)
    {
        var message = new HttpRequestMessage(request.Method, UriFor(request))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        message.Headers.TryAddWithoutValidation("Accept", request.Accept);
        message.Headers.TryAddWithoutValidation("User-Agent", "runai-dr");
        message.Headers.Authorization = credential.Header;
        message.Headers.Host = _connection.ServerName; // also the name that TLS asks the server for
        foreach (var (name, value) in _connection.Impersonation)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        if (request.ContentType is not null)
        {
            message.Content = new ReadOnlyMemoryContent(request.Body);
            message.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(request.ContentType);
        }

        return message;
    }

    // Rancher and others serve the API below a path of their own.
    private Uri UriFor(ApiRequest request) =>
        new(Server.GetLeftPart(UriPartial.Authority) + Server.AbsolutePath.TrimEnd('/') + request.Path);

    /// <summary>False when there is more than may be.</summary>
    private static async Task<bool> ReadBodyAsync(HttpContent content, BodyBuffer buffer, RequestLimit limit, long most)
    {
        await using var body = await content.ReadAsStreamAsync(limit.Token);
        buffer.Clear(Math.Min(content.Headers.ContentLength ?? 0, most));
        while (buffer.Content.Length <= most)
        {
            limit.Reading();
            var read = await body.ReadAsync(buffer.Room(), limit.Token);
            if (read == 0)
            {
                return true;
            }

            buffer.Advance(read);
        }

        return false;
    }

    private ApiAnswer AnswerOf(HttpResponseMessage response, BodyBuffer buffer) =>
        new(
            (int)response.StatusCode,
            response.Content.Headers.ContentType?.MediaType,
            response.Headers.RetryAfter switch
            {
                { Delta: { } pause } => pause,
                { Date: { } until } when until > _clock.GetUtcNow() => until - _clock.GetUtcNow(),
                _ => null,
            },
            buffer.Content)
        {
            Words = _words,
            Location = response.Headers.Location is { IsAbsoluteUri: true } to ? $"{to.Scheme}://{to.Authority}" : null,
        };
}
