using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using RunAiDr.Core;
using RunAiDr.Core.Resources;

namespace RunAiDr.Data.Metrics;

/// <summary>Asks one server that speaks the HTTP API of Prometheus.</summary>
internal sealed class PrometheusApi(PrometheusOptions options, TimeProvider clock) : IDisposable
{
    // Facts are small; whatever is larger is not one.
    private const int LargestAnswer = 4 * 1024 * 1024;

    private readonly HttpClient _http = new(PrometheusTransport.For(options))
    {
        Timeout = Timeout.InfiniteTimeSpan,
        MaxResponseContentBufferSize = LargestAnswer,
    };

    private string Where => $"{options.Url.Scheme}://{options.Url.Authority}{options.Url.AbsolutePath}";

    /// <summary>Sees that it is such a server and lets us ask.</summary>
    /// <exception cref="RunAiDrException">It is not, or does not.</exception>
    public async Task GreetAsync(CancellationToken ct)
    {
        using var answer = await SendAsync("api/v1/query?query=1", ct);
        if (answer is null)
        {
            throw Failure($"no answer within {options.Timeout.TotalSeconds:0.#} s", "Check the load of the server, or allow it more time.");
        }

        if (answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            throw Failure($"the server refuses ({(int)answer.StatusCode})", "Check that the bearer token is valid and may query metrics.");
        }

        if (await DataOfAsync(answer, ct) is null)
        {
            var type = ServerText.Of(answer.Content.Headers.ContentType?.MediaType ?? "no content type", options.BearerToken?.Invoke());
            throw Failure(
                $"the answer ({(int)answer.StatusCode}, {type}) is not that of a Prometheus",
                "Check that the URL is that of Prometheus or Thanos query itself, without /api/v1 and without a login page before it.");
        }
    }

    /// <summary>What an endpoint below <c>/api/v1/</c> answers as data; null when it does not, for whatever reason.</summary>
    /// <exception cref="RunAiDrException">The server cannot be reached any more.</exception>
    public async Task<JsonNode?> DataAsync(string path, CancellationToken ct)
    {
        using var answer = await SendAsync($"api/v1/{path}", ct);
        return answer is null ? null : await DataOfAsync(answer, ct);
    }

    /// <summary>The one number that a query gives; null when it gives none, or none that is finite.</summary>
    /// <param name="query">A PromQL expression.</param>
    /// <param name="at">The moment; null for the present of the server.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="RunAiDrException">The server cannot be reached any more.</exception>
    public async Task<double?> NumberAsync(string query, DateTimeOffset? at, CancellationToken ct)
    {
        var time = at is { } moment
            ? string.Create(CultureInfo.InvariantCulture, $"&time={moment.ToUnixTimeMilliseconds() / 1000m}")
            : "";
        var seconds = Math.Max(1, options.Timeout.TotalSeconds).ToString("0.###", CultureInfo.InvariantCulture);

        // A Thanos that misses a store would tell of the rest, as if that were all.
        var path = $"query?query={Uri.EscapeDataString(query)}{time}&timeout={seconds}s&partial_response=false";
        return await DataAsync(path, ct) is JsonObject data && data.Maps("result").FirstOrDefault()?["value"] is JsonArray { Count: 2 } value
            ? Number(value[1].AsText())
            : null;
    }

    /// <summary>The value of one of the server's own metrics without labels, from the page that others scrape.</summary>
    /// <exception cref="RunAiDrException">The server cannot be reached any more.</exception>
    public async Task<double?> OwnMetricAsync(string name, CancellationToken ct)
    {
        using var answer = await SendAsync("metrics", ct);
        if (answer is not { StatusCode: HttpStatusCode.OK })
        {
            return null;
        }

        var lines = Encoding.UTF8.GetString(await answer.Content.ReadAsByteArrayAsync(ct)).Split('\n');
        return Number(lines.FirstOrDefault(line => line.StartsWith(name + " ", StringComparison.Ordinal))?[(name.Length + 1)..]);
    }

    public void Dispose() => _http.Dispose();

    private static double? Number(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    private static async Task<JsonNode?> DataOfAsync(HttpResponseMessage answer, CancellationToken ct)
    {
        if (answer.StatusCode != HttpStatusCode.OK || answer.Content.Headers.ContentType?.MediaType != "application/json")
        {
            return null;
        }

        try
        {
            var body = WholeJson.ReadObject(await answer.Content.ReadAsByteArrayAsync(ct));
            return body.Text("status") == "success" ? body["data"] : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Null for an answer that takes too long or is too large.</summary>
    private async Task<HttpResponseMessage?> SendAsync(string path, CancellationToken ct)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, $"{Where.TrimEnd('/')}/{path}");
        message.Headers.Authorization = Credential();
        using var last = new CancellationTokenSource(options.Timeout, clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct, last.Token);
        try
        {
            return await _http.SendAsync(message, stop.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return null;
        }
        catch (HttpRequestException failure)
        {
            return failure.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded ? null : throw Unreachable(failure);
        }
    }

    private AuthenticationHeaderValue? Credential()
    {
        if (options.BearerToken?.Invoke()?.Reveal().Trim() is not { } token)
        {
            return null;
        }

        if (options is { Url: { Scheme: "http", IsLoopback: false }, Dial: null })
        {
            throw new RunAiDrException(
                Fault.Configuration, $"{Where} is not encrypted: the bearer token would be readable on the way.", "Use an https URL.");
        }

        // A header with such a character would be refused with an exception that quotes it.
        return token.Length > 0 && token.All(c => c is > ' ' and <= '~')
            ? new AuthenticationHeaderValue("Bearer", token)
            : throw new RunAiDrException(
                Fault.Configuration,
                $"{Where}: the bearer token is empty or holds blanks, line breaks or characters outside ASCII",
                "Put exactly one bearer token there.");
    }

    private RunAiDrException Unreachable(HttpRequestException failure) => failure.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => Lost("the host name is not known", "Check the URL and the DNS.", failure),
        HttpRequestError.SecureConnectionError => Lost(
            $"no TLS connection can be made, or the certificate of the server is not trusted: {ServerText.Of(failure.GetBaseException().Message)}",
            "Check the URL and the authority file.",
            failure),
        HttpRequestError.InvalidResponse => Failure("the answer is not HTTP", "Check the URL."), // the cause quotes the answer
        HttpRequestError.ConnectionError => Lost("no connection", "Check the URL, the network and that the server runs.", failure),
        _ => Lost($"the connection ended in the middle of the answer ({failure.HttpRequestError})", "Check that the URL is that of an HTTP server; try again.", failure),
    };

    private RunAiDrException Lost(string what, string remedy, HttpRequestException failure) =>
        Failure(options.Trouble?.Invoke() is { } trouble ? $"{what}; the tunnel to it broke: {trouble}" : what, remedy, failure);

    private RunAiDrException Failure(string what, string remedy, Exception? inner = null) =>
        new(Fault.Snapshot, $"The metrics at {Where}: {what}", remedy, inner);
}
