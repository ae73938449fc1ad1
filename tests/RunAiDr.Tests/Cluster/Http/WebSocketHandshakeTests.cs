using System.Net;
using RunAiDr.Cluster.Http;

namespace RunAiDr.Tests.Cluster.Http;

public class WebSocketHandshakeTests
{
    [Fact]
    public async Task A_header_that_a_proxy_has_doubled_makes_no_WebSocket()
    {
        using var response = new HttpResponseMessage(HttpStatusCode.SwitchingProtocols);
        response.Headers.TryAddWithoutValidation("Upgrade", ["websocket", "websocket"]);

        Assert.Null(await new WebSocketHandshake("v4.channel.k8s.io").FinishAsync(response, default));
    }
}
