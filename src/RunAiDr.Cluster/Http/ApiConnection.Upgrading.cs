using System.Net;
using System.Net.WebSockets;
using RunAiDr.Cluster.Connections;
using RunAiDr.Core;

namespace RunAiDr.Cluster.Http;

internal sealed partial class ApiConnection
{
    public TimeProvider Clock => _clock;

    /// <summary>
    /// Asks to go on as a WebSocket of a subprotocol. Only the answer must come in time. Sent once: the caller decides
    /// about another try.
    /// </summary>
    /// <exception cref="RunAiDrException">The server cannot be reached or the credential cannot be had.</exception>
    public async Task<UpgradeAnswer> UpgradeAsync(ApiRequest request, string protocol, CancellationToken ct)
    {
        try
        {
            var answer = await UpgradeAsAsync(await _connection.Credentials.GetAsync(refused: false, ct), request, protocol, ct);
            return answer.Refusal is { Status: 401 } && _connection.Credentials.Renews
                ? await UpgradeAsAsync(await _connection.Credentials.GetAsync(refused: true, ct), request, protocol, ct)
                : answer;
        }
        catch (Exception failure) when (ApiFailure.IsOfTransport(failure))
        {
            throw ApiFailure.From(request, failure, Server, _trust.Refusal);
        }
    }

    private async Task<UpgradeAnswer> UpgradeAsAsync(
        Credential credential, ApiRequest request, string protocol, CancellationToken ct)
    {
        Use(credential);
        using var message = MessageFor(request, credential);
        var handshake = new WebSocketHandshake(protocol);
        handshake.Ask(message);
        using var limit = new RequestLimit(_connection.Timeouts, _clock, ct);
        try
        {
            var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            if (response.StatusCode == HttpStatusCode.SwitchingProtocols)
            {
                return new UpgradeAnswer(await handshake.FinishAsync(response, ct) ?? throw NoWebSocket(request, response), null);
            }

            using (response)
            {
                var buffer = new BodyBuffer();
                await ReadBodyAsync(response.Content, buffer, limit, LongestRefusal);
                return new UpgradeAnswer(null, AnswerOf(response, buffer));
            }
        }
        catch (OperationCanceledException stopped) when (!ct.IsCancellationRequested)
        {
            throw limit.Elapsed(stopped);
        }
    }

    private RunAiDrException NoWebSocket(ApiRequest request, HttpResponseMessage response)
    {
        response.Dispose();
        return ApiFailure.Broken(request, Server, "the server agreed to something else than the WebSocket it was asked for");
    }
}

/// <summary>A <paramref name="Socket"/> that is open, or a whole <paramref name="Refusal"/>.</summary>
internal sealed record UpgradeAnswer(WebSocket? Socket, ApiAnswer? Refusal);
