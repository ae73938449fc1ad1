using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;

namespace RunAiDr.Cluster.Http;

/// <summary>
/// Turns a request into one for a WebSocket (RFC 6455) and its answer into the WebSocket. ClientWebSocket does the same,
/// but hides what the server says when it refuses.
/// </summary>
internal sealed class WebSocketHandshake(string protocol)
{
    private const string Salt = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    // Unasked pongs keep load balancers from closing an idle tunnel. A ping that must be answered in time would end
    // tunnels that only stand still: kubelet does not answer while the pod takes no more bytes.
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(30);

    private readonly string _key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));

    public void Ask(HttpRequestMessage message)
    {
        message.Version = HttpVersion.Version11;
        message.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        message.Headers.TryAddWithoutValidation("Connection", "Upgrade");
        message.Headers.TryAddWithoutValidation("Upgrade", "websocket");
        message.Headers.TryAddWithoutValidation("Sec-WebSocket-Version", "13");
        message.Headers.TryAddWithoutValidation("Sec-WebSocket-Key", _key);
        message.Headers.TryAddWithoutValidation("Sec-WebSocket-Protocol", protocol);
    }

    /// <summary>Null when the server switched to something else.</summary>
    public async Task<WebSocket?> FinishAsync(HttpResponseMessage response, CancellationToken ct)
    {
        if (!Has(response, "Upgrade", "websocket", StringComparison.OrdinalIgnoreCase)
            || !Has(response, "Sec-WebSocket-Accept", ExpectedAnswer(), StringComparison.Ordinal)
            || !Has(response, "Sec-WebSocket-Protocol", protocol, StringComparison.Ordinal))
        {
            return null;
        }

        return WebSocket.CreateFromStream(
            await response.Content.ReadAsStreamAsync(ct),
            new WebSocketCreationOptions { SubProtocol = protocol, KeepAliveInterval = KeepAlive });
    }

    private static bool Has(HttpResponseMessage response, string header, string value, StringComparison comparison) =>
        response.Headers.TryGetValues(header, out var values)
        && values.ToArray() is [var only] && string.Equals(only, value, comparison); // a proxy may have doubled it

#pragma warning disable CA5350 // RFC 6455 prescribes SHA-1; nothing is kept secret by it
    private string ExpectedAnswer() =>
        Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(_key + Salt)));
#pragma warning restore CA5350
}
