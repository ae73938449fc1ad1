using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using RunAiDr.Cluster;
using RunAiDr.Cluster.Connections;
using RunAiDr.Cluster.Forwarding;
using RunAiDr.Tests.Cluster;

namespace RunAiDr.Tests.Fuzzing;

public class WebSocketFuzzing
{
    private static readonly byte[] Port = [0x82, 3, 0, 0x38, 0x15, 0x82, 3, 1, 0x38, 0x15];

    [Fact]
    public async Task Whatever_frames_come_the_tunnel_ends_and_tells_why()
    {
        byte[][] samples =
        [
            [.. Port, 0x82, 4, 0, (byte)'a', (byte)'b', (byte)'c', 0x88, 2, 0x03, 0xe8],
            [.. Port, 0x02, 2, 0, (byte)'a', 0x80, 2, (byte)'b', (byte)'c', 0x89, 1, 0, 0x88, 0],
            [.. Port, 0x82, 5, 1, (byte)'f', (byte)'a', (byte)'i', (byte)'l', 0x82, 126, 0, 2, 0, 1],
        ];
        byte[] frames = [];
        await using var server = new RawServer(head => [.. Encoding.ASCII.GetBytes(Agreement(head)), .. frames]);
        using var client = new ClusterClient(
            new ClusterConnection(new Uri($"http://{server.Address}")) { Timeouts = HastyClock.Patient }, new HastyClock(divisor: 1_000), () => 0.5);
        await Fuzzer.RunAsync("websocket", samples, async input =>
        {
            frames = input;
            using var web = await new ForwardTarget("ns", "pod", 5432).ConnectAsync(client, default);
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            using var near = new TcpClient();
            await near.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
            using var far = await listener.AcceptTcpClientAsync();
            var reading = near.GetStream().CopyToAsync(Stream.Null);
            await new Tunnel(far.GetStream(), web, client.Clock).RunAsync(default);
            far.Close();
            await Task.WhenAny(reading);
        });
    }

#pragma warning disable CA5350 // RFC 6455 prescribes SHA-1
    private static string Agreement(string head)
    {
        var key = head.Split("\r\n").First(line => line.StartsWith("Sec-WebSocket-Key: ", StringComparison.OrdinalIgnoreCase))["Sec-WebSocket-Key: ".Length..];
        var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
        return $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\nSec-WebSocket-Protocol: v4.channel.k8s.io\r\n\r\n";
    }
#pragma warning restore CA5350
}
